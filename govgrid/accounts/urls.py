from django.urls import path

from govgrid.accounts import views

app_name = "accounts"
urlpatterns = [
    path("login/", views.sign_in, name="login"),
    path("login/code/", views.code, name="code"),
    path("logout/", views.sign_out, name="logout"),
    path("account/", views.account, name="account"),
    path("account/password/", views.password, name="password"),
    path("account/second-factor/", views.second_factor, name="second_factor"),
    path("account/second-factor/picture.svg", views.second_factor_picture, name="picture"),
    path("account/second-factor/remove/", views.second_factor_remove, name="second_factor_remove"),
    path("account/second-factor/codes/", views.backup_codes, name="backup_codes"),
    path("account/tokens/<int:pk>/revoke/", views.token_revoke, name="token_revoke"),
]
