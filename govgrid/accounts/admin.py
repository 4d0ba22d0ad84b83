"""The back office for people and the keys of their programs."""

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from govgrid.accounts import actions
from govgrid.accounts.models import ApiToken, Scope, User

admin.site.site_title = admin.site.site_header = _("GovGrid back office")
admin.site.index_title = _("What can be kept here")
# Their pages show the secrets in clear; a person manages their own under "My account".
admin.site.unregister([TOTPDevice, StaticDevice])


class PersonCreationForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ["username", "name", "phone", "email"]


class PersonChangeForm(UserChangeForm):
    class Meta:
        model = User
        fields = "__all__"


@admin.register(User)
class PersonAdmin(UserAdmin):
    """People are switched off, never deleted: history names them."""

    add_form = PersonCreationForm
    form = PersonChangeForm
    list_display = ["username", "name", "phone", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff", "is_demo"]
    search_fields = ["username", "name", "phone"]
    ordering = ["username"]
    filter_horizontal = []
    readonly_fields = ["last_login", "date_joined", "is_demo"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Person"), {"fields": ["name", "phone", "email", "language"]}),
        (_("Rights"), {"fields": ["is_active", "is_staff", "is_superuser"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined", "is_demo"]}),
    ]
    add_fieldsets = [
        (
            None,
            {
                "classes": ["wide"],
                "fields": ["username", "name", "phone", "email", "password1", "password2"],
            },
        )
    ]
    actions = ["remove_second_factor"]

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.action(description=_("Remove the second factor (lost phone)"))
    def remove_second_factor(self, request, queryset):
        for user in queryset:
            actions.remove_second_factor(user, by=request.user)
        self.message_user(request, gettext("Done."), messages.SUCCESS)


class IssueForm(forms.ModelForm):
    """A new token: whose, what for, what it may, how long."""

    scopes = forms.MultipleChoiceField(
        label=_("may"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple
    )
    days = forms.IntegerField(
        label=_("days"), min_value=1, max_value=actions.LONGEST_DAYS, initial=settings.TOKEN_DAYS
    )

    class Meta:
        model = ApiToken
        fields = ["user", "name"]

    def clean_user(self):
        user = self.cleaned_data["user"]
        if not user.is_active:
            raise forms.ValidationError(_("This person may not sign in."))
        return user

    def _post_clean(self):
        """Nothing is built from this form: the action makes the row."""


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin):
    """Tokens are issued and revoked; nothing about one can be edited, and its digest is not shown."""

    list_display = [
        "name",
        "prefix",
        "user",
        "created_at",
        "expires_at",
        "revoked_at",
        "last_used_on",
    ]
    list_filter = ["revoked_at"]
    list_select_related = ["user"]
    search_fields = ["name", "prefix", "user__username", "user__name"]
    autocomplete_fields = ["user"]
    actions = ["revoke"]

    def get_form(self, request, obj=None, change=False, **kwargs):  # noqa: FBT002 as Django calls it
        return super().get_form(
            request, obj, change, **{**kwargs, **({} if obj else {"form": IssueForm})}
        )

    def get_fields(self, request, obj=None):
        if obj is None:
            return ["user", "name", "scopes", "days"]
        return [
            "user",
            "name",
            "prefix",
            "scopes",
            "created_at",
            "created_by",
            "expires_at",
            "revoked_at",
            "last_used_on",
        ]

    def get_readonly_fields(self, request, obj=None):
        return [] if obj is None else self.get_fields(request, obj)

    def has_delete_permission(self, request, obj=None):
        return False

    def save_form(self, request, form, change):
        return form.instance

    def save_model(self, request, obj, form, change):
        if change:
            return
        data = form.cleaned_data
        token, plaintext = actions.issue_token(
            data["user"],
            by=request.user,
            name=data["name"],
            scopes=data["scopes"],
            days=data["days"],
        )
        # The admin goes on with the object it holds: make that the row just written.
        obj.__dict__.update(token.__dict__)
        request.issued_token = plaintext

    def save_related(self, request, form, formsets, change):
        """The action wrote all there is."""

    def response_add(self, request, obj, post_url_continue=None):
        # A page and not a message: messages travel in a cookie.
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("The new token"),
            "token": obj,
            "plaintext": request.issued_token,
        }
        return TemplateResponse(request, "accounts/token_issued.html", context)

    @admin.action(description=_("Revoke"))
    def revoke(self, request, queryset):
        for token in queryset:
            actions.revoke_token(token, by=request.user)
        self.message_user(request, gettext("Done."), messages.SUCCESS)
