"""``python -m benchmarks.inside MODULE.FUNCTION``: arguments as JSON in, what it returns out."""

import json
import sys

import django
from django.utils.module_loading import import_string

if __name__ == "__main__":
    django.setup()
    function = import_string(f"benchmarks.inside.{sys.argv[1]}")
    json.dump(function(**json.load(sys.stdin)), sys.stdout, ensure_ascii=False)
