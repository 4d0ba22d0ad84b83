"""Signing in and out, and the page about oneself."""

import io

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.password_validation import password_validators_help_texts
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_otp import login as otp_login
from django_otp import user_has_device
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from govgrid.accounts import actions, demo, lockout
from govgrid.accounts.forms import CodeForm, PasswordAgainForm, ProfileForm, SignInForm
from govgrid.accounts.language import speak
from govgrid.accounts.models import ApiToken, User
from govgrid.core.addresses import ours
from govgrid.core.clock import now

BACKEND = "govgrid.accounts.backends.NameOrPhone"
HALFWAY = "accounts_halfway"  # session: whose password was right and whose code is awaited
HALFWAY_SECONDS = 300

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


# ── in and out ────────────────────────────────────────────────────────────────────────────────
@login_not_required
@never_cache
@sensitive_post_parameters("password")
@get_or_post
def sign_in(request):
    if request.user.is_authenticated and request.method != "POST":
        # Never to ?next: a page that sent somebody here for lack of rights would send them again.
        return redirect(settings.LOGIN_REDIRECT_URL)
    form = SignInForm(_typed(request))
    context = {"form": form, "next": _next(request), **_demo_logins()}
    if not form.is_bound or not form.is_valid():
        return render(request, "accounts/login.html", context)
    username = lockout.canonical(form.cleaned_data["username"])
    user = authenticate(request, username=username, password=form.cleaned_data["password"])
    if user is None:
        context["tries_left"] = lockout.tries_left(request, username)
        context["lock_minutes"] = lockout.minutes(request)
        return render(request, "accounts/login.html", context)
    if user_has_device(user):
        request.session[HALFWAY] = {
            "user": user.pk,
            "at": now().timestamp(),
            "next": _next(request),
        }
        return redirect("accounts:code")
    return _welcome(request, user, _next(request))


def _typed(request):
    """The form as sent, or as a demo button means it."""
    if request.method != "POST":
        return None
    if settings.DEMO and "demo" in request.POST:
        return {"username": request.POST["demo"], "password": demo.PASSWORD}
    return request.POST


def _demo_logins() -> dict:
    if not settings.DEMO:
        return {"demo_logins": []}
    people = User.objects.filter(is_demo=True, is_active=True).order_by("pk")
    return {"demo_logins": people, "demo_password": demo.PASSWORD}


def _next(request):
    return ours(request.POST.get("next", request.GET.get("next", "")), request)


def _welcome(request, user, target):
    # A visitor of the demo reads in the language just chosen; elsewhere the person's own goes along.
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    login(request, user, backend=BACKEND)
    response = HttpResponseRedirect(target or resolve_url(settings.LOGIN_REDIRECT_URL))
    if not (user.is_demo and chosen):
        speak(response, user.language)
    return response


@login_not_required
@never_cache
@get_or_post
def code(request):
    """The second step, for people with a second factor. The devices slow down guessing."""
    halfway = request.session.get(HALFWAY)
    if halfway is None or now().timestamp() - halfway["at"] > HALFWAY_SECONDS:
        request.session.pop(HALFWAY, None)
        return redirect("accounts:login")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        user = get_object_or_404(User, pk=halfway["user"], is_active=True)
        device = actions.use_code(user, form.cleaned_data["code"])
        if device is not None:
            del request.session[HALFWAY]
            user.otp_device = device
            return _welcome(request, user, halfway["next"])
        form.add_error("code", _("This code is wrong or was used. Wait for the next one."))
    return render(request, "accounts/code.html", {"form": form})


@login_not_required
@require_POST
def sign_out(request):
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


# ── about oneself ─────────────────────────────────────────────────────────────────────────────
@never_cache
@get_or_post
def account(request):
    form = ProfileForm(request.POST or None, instance=request.user)
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        response = redirect("accounts:account")
        speak(response, form.instance.language)
        return response
    # A form that failed has already changed the instance in hand, and the rail shows its name.
    person = User.objects.get(pk=request.user.pk)
    devices = TOTPDevice.objects.devices_for_user(person, confirmed=True)
    context = {
        "form": form,
        "person": person,
        "device": devices.first(),
        "codes_left": StaticToken.objects.filter(device__user=person).count(),
        "tokens": ApiToken.objects.filter(user=person, revoked_at=None),
    }
    return render(request, "accounts/account.html", context)


@never_cache
@sensitive_post_parameters()
@get_or_post
def password(request):
    form = PasswordChangeForm(request.user, request.POST or None)
    for name in form.fields:
        form.fields[name].help_text = ""
    if form.is_valid():
        form.save()
        actions.end_password_tokens(request.user, by=request.user)
        update_session_auth_hash(request, form.user)
        messages.success(request, _("Your password was changed. Other browsers are signed out."))
        return redirect("accounts:account")
    context = {"form": form, "password_rules": password_validators_help_texts()}
    return render(request, "accounts/password.html", context)


@never_cache
@get_or_post
def second_factor(request):
    """Enrol: read the picture with the phone, type the first code, keep the backup codes."""
    if request.method == "POST" and "start" in request.POST:
        actions.start_second_factor(by=request.user)
        return redirect("accounts:second_factor")
    device = _waiting_device(request)
    if device is None:
        return redirect("accounts:account")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        confirmed = actions.confirm_second_factor(form.cleaned_data["code"], by=request.user)
        if confirmed:
            device, codes = confirmed
            otp_login(request, device)
            return render(request, "accounts/backup_codes.html", {"codes": codes})
        form.add_error("code", _("This code is wrong. Is the phone's clock right?"))
    context = {"form": form, "secret": _secret(device)}
    return render(request, "accounts/second_factor.html", context)


def _waiting_device(request):
    return TOTPDevice.objects.devices_for_user(request.user, confirmed=False).first()


def _secret(device: TOTPDevice) -> str:
    """For typing in by hand: the part of the address that the picture also carries, in fours."""
    secret = device.config_url.partition("secret=")[2].partition("&")[0]
    return " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))


@never_cache
@require_GET
def second_factor_picture(request):
    device = _waiting_device(request)
    if device is None:
        return redirect("accounts:account")
    picture = io.BytesIO()
    segno.make(device.config_url, error="m").save(
        picture, kind="svg", scale=4, border=4, dark="#17211f", light="#fff"
    )
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")


@never_cache
@sensitive_post_parameters("password")
@get_or_post
def second_factor_remove(request):
    form = PasswordAgainForm(request.POST or None, user=request.user)
    if form.is_valid():
        actions.remove_second_factor(request.user, by=request.user)
        messages.success(request, _("The second factor was removed."))
        return redirect("accounts:account")
    return render(request, "accounts/second_factor_remove.html", {"form": form})


@never_cache
@sensitive_post_parameters("password")
@get_or_post
def backup_codes(request):
    form = PasswordAgainForm(request.POST or None, user=request.user)
    if not user_has_device(request.user):
        return redirect("accounts:account")
    if form.is_valid():
        codes = actions.renew_backup_codes(by=request.user)
        return render(request, "accounts/backup_codes.html", {"codes": codes})
    return render(request, "accounts/backup_codes_renew.html", {"form": form})


@require_POST
def token_revoke(request, pk: int):
    token = get_object_or_404(ApiToken, pk=pk, user=request.user)
    actions.revoke_token(token, by=request.user)
    messages.success(request, _("The token was revoked. Programs that use it are signed out."))
    return redirect("accounts:account")
