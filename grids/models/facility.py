"""Public facilities (部件): what stands in the street, and who owns it. Cameras are left out."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GinIndex
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grids.models.department import Department
from grids.models.register import GridRegisterQuerySet, Standing

# What watches people is no facility to be listed, by whatever name (also 监控电子眼, 雪亮工程).
CAMERAS = (
    "摄像|攝像|监控|監控|电子眼|電子眼|人脸|人臉|车牌|車牌|雪亮|天网|天網|camera|cctv|surveillance"
)


class FacilityClass(models.Model):
    """A class of facilities by major and minor number; local ones count downwards from 99."""

    major = models.CharField(_("major class"), max_length=3)
    minor = models.CharField(_("minor class"), max_length=3)
    major_name = models.CharField(_("name of the major class"), max_length=40)
    name = models.CharField(_("name"), max_length=60)

    class Meta:
        verbose_name = _("class of facilities")
        verbose_name_plural = _("classes of facilities")
        ordering = ["major", "minor"]
        constraints = [
            models.UniqueConstraint(
                fields=["major", "minor"],
                name="facilityclass_number_once",
                violation_error_message=_("There is a class of this number."),
            ),
            models.CheckConstraint(
                name="facilityclass_of_digits",
                condition=Q(major__regex=r"^[0-9]{2,3}$", minor__regex=r"^[0-9]{2,3}$"),
                violation_error_message=_("A class is numbered with two or three digits each."),
            ),
            models.CheckConstraint(
                name="facilityclass_no_cameras",
                condition=~Q(name__iregex=CAMERAS),
                violation_error_message=_("Cameras are not kept in this register."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def code(self) -> str:
        return f"{self.major}{self.minor}"

    @property
    def is_local(self) -> bool:
        """A class of the district's own: numbered from the end of the range."""
        return self.major.startswith("9") or self.minor.startswith("9")


class FacilityQuerySet(GridRegisterQuerySet["Facility"]):
    pass


class Facility(Standing):
    """One lamp, cover or hydrant: numbered by district, class and serial."""

    class State(models.TextChoices):
        GOOD = "good", _("In order")
        DAMAGED = "damaged", _("Damaged")
        MISSING = "missing", _("Missing")
        OFF = "off", _("Out of use")

    # The parts are kept apart, since peers split a code as 6+2+2+6 or otherwise; ``code`` is the
    # whole, for who looks it up.
    district_code = models.CharField(_("code of the district"), max_length=6)
    facility_class = models.ForeignKey(
        FacilityClass, models.PROTECT, related_name="facilities", verbose_name=_("class")
    )
    serial = models.CharField(_("serial number"), max_length=8)
    code = models.CharField(_("code"), max_length=20, unique=True)
    # What it is called on the spot, where the class does not say enough: "lamp 17".
    name = models.CharField(_("name"), max_length=80, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.GOOD)
    owner = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="facilities",
        verbose_name=_("owner"),
    )

    objects = FacilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("facility")
        verbose_name_plural = _("facilities")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["district_code", "facility_class", "serial"],
                name="facility_serial_once_a_class",
                violation_error_message=_("This serial number is given in the class."),
            ),
            models.CheckConstraint(
                name="facility_parts_of_digits",
                condition=Q(district_code__regex=r"^[0-9]{6}$", serial__regex=r"^[0-9]{4,8}$"),
                violation_error_message=_("A serial number has four to eight digits."),
            ),
            models.CheckConstraint(
                name="facility_code_of_its_parts",
                condition=Q(code__startswith=F("district_code"), code__endswith=F("serial")),
                violation_error_message=_("The code is put together of its parts."),
            ),
            models.CheckConstraint(
                name="facility_no_cameras",
                condition=~Q(name__iregex=CAMERAS),
                violation_error_message=_("Cameras are not kept in this register."),
            ),
        ]
        indexes = [
            models.Index(fields=["grid", "facility_class"], name="facility_in_a_grid"),
            models.Index(fields=["facility_class", "code"], name="facility_of_a_class"),
            models.Index(fields=["owner", "code"], name="facility_of_an_owner"),
            GinIndex(fields=["words"], name="facility_words"),
        ]

    def __str__(self) -> str:
        return self.name or str(self.facility_class)

    def get_absolute_url(self) -> str:
        return reverse("grids:facility", args=[self.code])
