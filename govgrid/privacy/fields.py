"""A column whose text only ``actions.reveal`` can read."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import FieldError
from django.db import models
from django.db.models.lookups import Exact
from django.db.models.query_utils import DeferredAttribute

from govgrid.privacy import crypto

DOTS = "•••"


class Sealed:
    """A text nobody reads by accident: whatever prints it prints dots."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = bytes(data)

    def __str__(self) -> str:
        return DOTS

    __repr__ = __str__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and other.data == self.data

    def __hash__(self) -> int:
        return hash(self.data)


class _SealedAttribute(DeferredAttribute):
    """Seals on assignment, so that no instance carries the plain text."""

    field: "SealedTextField"

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = self.field.sealed(value)


class _NothingOnly(Exact):
    """``filter(contact=None)``, which Django turns into isnull."""

    def __init__(self, lhs: Any, rhs: Any) -> None:
        if rhs is not None:
            raise FieldError("A sealed text can be asked for isnull and nothing else.")
        super().__init__(lhs, rhs)


class SealedTextField(models.Field):
    """Assign a str, read ``Sealed``. In the database it is bytes; there is no lookup but isnull.

    The seal names "app.Model.field": renaming any of the three needs the rows sealed anew.
    """

    description = "Sealed text"
    descriptor_class = _SealedAttribute

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Neither a form nor the admin has anything to show for it.
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("editable", None)
        return name, path, args, kwargs

    @property
    def aad(self) -> str:
        """The place this text belongs to."""
        return f"{self.model._meta.label}.{self.name}"

    def sealed(self, value: str | Sealed | None) -> Sealed | None:
        if value is None or isinstance(value, Sealed):
            return value
        if not isinstance(value, str):
            raise TypeError(f"{self.aad} takes a str, not {type(value).__name__}")
        if value == "" and self.null:
            return None
        return Sealed(crypto.seal(value, self.aad))

    def get_internal_type(self) -> str:
        return "BinaryField"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        return None if value is None else Sealed(value)

    def to_python(self, value: Any) -> Any:
        return self.sealed(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002
        value = self.sealed(value)
        return None if value is None else connection.Database.Binary(value.data)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        if lookup_name == "exact":
            return _NothingOnly
        raise FieldError(f"{self.aad} is sealed: it can be asked for isnull and nothing else.")

    def get_transform(self, lookup_name: str) -> Any:
        raise FieldError(f"{self.aad} is sealed: it can be asked for isnull and nothing else.")

    def value_to_string(self, obj: models.Model) -> str:
        raise TypeError(f"{self.aad} is sealed: it is never serialised.")

    def formfield(self, **kwargs: Any) -> None:
        return None
