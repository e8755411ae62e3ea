"""Arguments of a net that users give by name: unknown ones are refused before anything is trained."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from inspect import Parameter, signature
from typing import Any

import torch
from sklearn.utils._param_validation import make_constraint
from skorch.callbacks.scoring import ScoringBase

from ..utils.constraints import PositiveInt, constraints_of
from .loader import ResidentLoader
from .nets import AdversarialNet, LossNet
from .precision import Precision

_SET_ELSEWHERE = {"self", "module", "criterion", "dataset", "rng", "params", "model"}
_VALUES = {"precision": Precision, "record": bool, "compile": bool, "n_critic": PositiveInt}
_ITERATORS = ("iterator_train", "iterator_valid")


def check_net_arguments(
    given: Mapping[str, Any], arguments: Mapping[str, Any], net_class: type[LossNet]
) -> None:
    """Refuse names that the net and its parts do not have, and values that they cannot take.

    Parameters
    ----------
    given : mapping
        What the user gave; arguments of callbacks are left to `check_callback_arguments`.
    arguments : mapping
        All arguments of the net, the user's among them.
    net_class : type
        The class of the net.
    """
    _check_values(given)
    parts = {
        **dict.fromkeys(net_class.optimizers, arguments["optimizer"]),
        **{name: arguments.get(name, ResidentLoader) for name in _ITERATORS},
        "compile": torch.compile,
    }
    for name in given:
        part, _, inner = name.partition("__")
        if inner and part in parts:
            further = ["param_groups"] * (part in net_class.optimizers)
            known, is_open = _names_of(parts[part])
            if not is_open:
                _check_name(given, name, parts[part], inner, known + further)
        elif part != "callbacks" or not inner:
            further = [f"{part}__..." for part in [*parts, "callbacks"]]
            _check_name(given, name, net_class, name, _names_of(net_class)[0] + further)
    for part in net_class.optimizers:
        _try_optimizer(arguments, part)


def check_callbacks(callbacks: Collection[Any] | None, net_class: type[LossNet], held_out: bool) -> None:
    """Refuse callbacks of skorch that look for what a training does not have: predictions, or a held-out loss."""
    for given in callbacks or ():
        callback = given[-1] if isinstance(given, tuple) else given
        name = getattr(callback, "__name__", type(callback).__name__)
        if isinstance(callback, ScoringBase):
            raise ValueError(
                f"callbacks: {name} scores predictions, which this training does not make; IndicatorCheckpoint "
                "scores the rows of a sampler"
            )
        monitor = getattr(callback, "monitor", None)
        measured = held_out and not issubclass(net_class, AdversarialNet)
        if monitor in ("valid_loss", "valid_loss_best") and not measured:
            raise ValueError(
                f"callbacks: {name} looks at {monitor!r}, but no loss of held-out rows is measured; give it "
                "monitor='train_loss', or use early_stopping=True of a multilayer perceptron, or IndicatorCheckpoint "
                "for a sampler"
            )


def check_callback_arguments(given: Mapping[str, Any], net: LossNet) -> None:
    """Refuse arguments of callbacks that a net does not have, and those that its callbacks do not have."""
    callbacks = dict(net._uniquely_named_callbacks())
    for name in given:
        part, _, rest = name.partition("__")
        which, _, inner = rest.partition("__")
        if part == "callbacks" and which:
            _check_name(given, name, "the list of callbacks", which, callbacks)
            if not inner:
                _check_callback(name, which, given[name])
            else:
                _check_name(given, name, type(callbacks[which]), inner, callbacks[which].get_params())


def _check_callback(name: str, which: str, value: Any) -> None:
    """Refuse what cannot stand in the place of a callback of the net; None leaves one out."""
    if value is not None and not hasattr(value, "on_train_begin"):
        raise ValueError(f"net_params={{{name!r}: {value!r}}} must be a callback, or None to leave it out")
    if which == "epoch_timer":
        raise ValueError(
            f"net_params={{{name!r}: {value!r}}}: the net needs its {which!r}, which tells that an epoch is over; "
            "leave this out"
        )


def _check_name(given: Mapping[str, Any], name: str, owner: Any, inner: str, known: Collection[str]) -> None:
    if inner in known:
        return
    title = owner if isinstance(owner, str) else _title(owner)
    close = get_close_matches(inner, known, n=1)
    remedy = f"did you mean {close[0]!r}?" if close else f"it has {', '.join(sorted(set(known)))}"
    raise ValueError(f"net_params={{{name!r}: {given[name]!r}}}: {title} has no {inner!r}; {remedy}")


def _title(taker: Any) -> str:
    return getattr(taker, "__name__", None) or repr(taker)


def _names_of(taker: Any) -> tuple[list[str], bool]:
    """Return the arguments that a user may give to a function or a class, and so to its bases, by name.

    The second value tells whether it passes others on to what has no signature that says which.
    """
    names: list[str] = []
    for each in taker.__mro__ if isinstance(taker, type) else [taker]:
        if each in (torch.optim.Optimizer, object):
            break
        if isinstance(each, type) and "__init__" not in vars(each):
            continue
        parameters = signature(each).parameters
        further = [name for name, known in parameters.items() if known.kind is Parameter.VAR_KEYWORD]
        names += [name for name in parameters if name not in {*_SET_ELSEWHERE, "args", *further}]
        if not further:
            return names, False
    return names, True


def _check_values(given: Mapping[str, Any]) -> None:
    """Refuse values of the net's own arguments that it would stumble over, or pass over in silence."""
    for name in {"optimizer", *_ITERATORS} & set(given):
        if not callable(given[name]):
            raise ValueError(
                f"net_params={{{name!r}: {given[name]!r}}} must be a class, as torch.optim.Adam is one"
            )
    for name in _VALUES.keys() & set(given):
        constraints = [make_constraint(constraint) for constraint in constraints_of(_VALUES[name])]
        if not any(constraint.is_satisfied_by(given[name]) for constraint in constraints):
            accepted = " or ".join(map(str, constraints))
            raise ValueError(f"net_params={{{name!r}: {given[name]!r}}} must be {accepted}")


def _try_optimizer(arguments: Mapping[str, Any], part: str) -> None:
    """Make an optimiser of one number, as the net will make that of its weights."""
    settings = {
        name.partition("__")[2]: value
        for prefix in dict.fromkeys(["optimizer", part])
        for name, value in arguments.items()
        if name.startswith(f"{prefix}__")
    }
    settings.pop("param_groups", None)
    try:
        arguments["optimizer"]([torch.zeros(1, requires_grad=True)], **{"lr": 1e-3, **settings})
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(
            f"net_params: {_title(arguments['optimizer'])} does not accept {settings!r}, the settings of "
            f"{part!r}: {error}"
        ) from error
