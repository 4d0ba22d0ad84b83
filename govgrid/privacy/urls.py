from django.urls import path

from govgrid.privacy.views import confirm, desk, mine, public

app_name = "privacy"
urlpatterns = [
    path("", mine.mine, name="mine"),
    path("about/", public.about, name="about"),
    path("ask/", mine.ask, name="ask"),
    path("copy.json", mine.copy_json, name="copy-json"),
    path("copy.pdf", mine.copy_pdf, name="copy-pdf"),
    path("confirm/", confirm.confirm, name="confirm"),
    path("consents/<int:pk>/withdraw/", mine.withdraw, name="withdraw"),
    path("notices/<slug:key>/", public.notice, name="notice"),
    path("notices/<slug:key>/agree/", public.agree, name="agree"),
    path("requests/", desk.requests, name="requests"),
    path("requests/<int:pk>/", desk.one, name="request"),
    path("requests/<int:pk>/erase/", desk.erase, name="erase"),
    path("audit/", desk.audit, name="audit"),
]
