"""Telephones of offices: a mobile phone is a person's and goes with him."""

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

# However it is spaced, and with the country before it or not.
MOBILE = r"^\D*(86\D*)?1[3-9](\D*[0-9]){9}\D*$"

office_only = RegexValidator(
    MOBILE, _("This is a mobile number: give that of the office."), "mobile", inverse_match=True
)
