"""What people type to sign in and about themselves."""

from django import forms
from django.utils.translation import gettext_lazy as _

from govgrid.accounts.language import LANGUAGES
from govgrid.accounts.models import User


class SignInForm(forms.Form):
    """Shape only: whether name and password belong together is asked of the backends."""

    username = forms.CharField(
        label=_("User name or work phone"),
        max_length=150,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    # The hasher reads all it is given, so a length is set before it.
    password = forms.CharField(
        label=_("Password"),
        max_length=1024,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class CodeForm(forms.Form):
    """Six digits of the phone, or one of the backup codes."""

    code = forms.CharField(
        label=_("Code"),
        max_length=16,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "text",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
    )

    def clean_code(self) -> str:
        return "".join(self.cleaned_data["code"].split()).lower()


class ProfileForm(forms.ModelForm):
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)

    class Meta:
        model = User
        fields = ["name", "language"]


class PasswordAgainForm(forms.Form):
    """Asks for the password once more before something that weakens the account."""

    password = forms.CharField(
        label=_("Your password"),
        max_length=1024,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args, user: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise forms.ValidationError(_("This is not your password."), code="wrong_password")
        return password
