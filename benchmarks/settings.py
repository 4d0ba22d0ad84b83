"""The settings of the platform, whatever the environment made of them, with one view more."""

from govgrid.settings import *

ROOT_URLCONF = "benchmarks.urls"
