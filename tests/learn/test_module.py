import importlib
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from tests.networks import Blocks, Curve, Others
from tests.trees import sentence
from treemeta.errors import ConfigError
from treemeta.learn.module import class_of, digest_of, know, made, module_of, norms_of


class Arguments(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()


class Bare(nn.Module):
    pass


class Double(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.dense = nn.Linear(3, 2, dtype=torch.float64)


class Drops(Curve):
    def __init__(self) -> None:
        super().__init__()
        self.drop = nn.Dropout(0.5)


class Forgets(Blocks):
    def __init__(self) -> None:
        super().__init__()
        self.norms[1] = nn.BatchNorm2d(4, track_running_stats=False)


class Frozen(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.dense = nn.Linear(3, 2).requires_grad_(False)


class Lazy(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.dense = nn.LazyLinear(2)


class Fails(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        {}["weights"]


def local() -> type[nn.Module]:
    class Local(nn.Module):
        pass

    return Local


@pytest.mark.parametrize(
    ("network", "said"),
    [
        (int, "network is int, which is no class of torch modules"),
        (Curve(), "network is a Curve, which is no class of torch modules: give a subclass"),
        (local(), "is made inside a function"),
        (Arguments, "network Arguments cannot be made without arguments: .*'width'"),
        (Bare, "network Bare has no parameters"),
        (Frozen, "network Frozen has no parameters that want gradients"),
        (Lazy, "network Lazy has dense.weight of no shape yet: give the sizes of its lazy layers"),
        (Fails, "network Fails cannot be made: KeyError 'weights'; mend its __init__"),
        (Double, "network Double has dense.weight of type torch.float64"),
        (Drops, "network Drops has dropout"),
        (Forgets, "network Forgets has a batch norm without running statistics"),
    ],
)
def test_what_can_be_no_network_is_named(network: Any, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        know(network)
    sentence(caught)


def test_a_class_is_known_by_its_name_and_its_source() -> None:
    named = know(Curve)
    assert named == f"tests.networks.Curve@{digest_of(Curve)}"
    assert class_of(named) is class_of(digest_of(Curve)) is Curve
    assert isinstance(module_of(digest_of(Curve)), Curve)


def test_the_source_of_what_it_inherits_from_counts(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    for name, shift in (("net_a", 0), ("net_b", 1), ("net_c", 0)):
        (tmp_path / f"{name}.py").write_text(
            "from torch import nn\n\n\nclass Base(nn.Module):\n"
            f"    shift = {shift}\n\n\nclass Net(Base):\n    pass\n"
        )
    nets = [importlib.import_module(name).Net for name in ("net_a", "net_b", "net_c")]
    one, other, again = map(digest_of, nets)
    assert one == again != other


def test_what_was_not_handed_over_is_never_imported(tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "evil.py").write_text("raise SystemExit('imported')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ConfigError, match=r"network is evil\.Net@0123456789ab") as caught:
        class_of("evil.Net@0123456789ab")
    assert "network=Net" in sentence(caught)


def test_norms_keep_what_they_saw_last() -> None:
    assert [norm.momentum for norm in norms_of(made(Blocks)).values()] == [1.0, 1.0]
    assert norms_of(made(Curve)) == {}


def test_a_module_is_made_without_a_draw_of_anybody_elses() -> None:
    know(Others)
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    module_of.cache_clear()
    module_of(digest_of(Others))
    assert torch.equal(torch.rand(1), expected)
