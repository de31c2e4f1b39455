import pickle
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor, nn
from torchvision import models

from tests.trees import sentence
from treemeta.errors import ConfigError, DataError, StorageError, TreemetaError
from treemeta.learn.backbone import backbone, check_backbone

SMALL = "shufflenet_v2_x0_5"
INPUT = torch.linspace(-1, 1, 2 * 3 * 64 * 64).view(2, 3, 64, 64)


def saved(path: Path, name: str = SMALL, **more: int) -> tuple[Path, nn.Module]:
    """Write the weights of a network that has learned nothing; return it too."""
    torch.manual_seed(0)
    network = models.get_model(name, weights=None, **more).eval()
    torch.save(network.state_dict(), path)
    return path, network


@pytest.mark.parametrize("name", [SMALL, "resnet18", "mobilenet_v3_small"])
def test_the_last_layer_on_features_is_the_whole_network(tmp_path: Path, name: str) -> None:
    path, whole = saved(tmp_path / "w.pth", name)
    found = backbone(name, path)
    features = found.network(INPUT)
    last = [one for one in whole.modules() if isinstance(one, nn.Linear)][-1]
    assert features.shape == (2, found.width)
    assert torch.allclose(last(features), whole(INPUT), atol=1e-5)
    assert found.see(Image.new("RGB", (300, 500))).shape == (3, 224, 224)


def test_weights_may_tell_other_classes_or_have_no_last_layer(tmp_path: Path) -> None:
    ten, other = saved(tmp_path / "ten.pth", num_classes=10)
    state = other.state_dict()
    torch.save({k: v for k, v in state.items() if k[:3] != "fc."}, tmp_path / "no.pth")
    other.fc = nn.Identity()
    for path in (ten, tmp_path / "no.pth"):
        assert torch.equal(backbone(SMALL, path).network(INPUT), other(INPUT))


def changed(state: dict[str, Tensor], change: str) -> object:
    match change:
        case "lacks":
            return {key: one for key, one in state.items() if key != "conv1.0.weight"}
        case "shape":
            return state | {"conv1.0.weight": torch.zeros(2, 3)}
        case "strange":
            return state | {"layer9.weight": torch.zeros(2)}
        case "nested":
            return {"state_dict": state}
        case "list":
            return list(state.values())
    return state


BAD = {
    "lacks": "lack 'conv1.0.weight' and 1 tensors in all",
    "shape": "have 'conv1.0.weight' of shape [2, 3], where it has [24, 3, 3, 3]",
    "strange": "have 'layer9.weight', which it has not",
    "nested": "has 'state_dict', which is no tensor",
    "list": "holds list",
}


@pytest.mark.parametrize("change", BAD)
def test_weights_of_another_network_are_refused_with_what_differs(
    tmp_path: Path, change: str
) -> None:
    _, network = saved(tmp_path / "w.pth")
    torch.save(changed(network.state_dict(), change), tmp_path / "bad.pth")
    with pytest.raises(DataError) as caught:
        backbone(SMALL, tmp_path / "bad.pth")
    assert BAD[change] in sentence(caught)


class Trap:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Path.touch, (Path("sprung"),)  # type: ignore[return-value]


def test_nothing_in_a_file_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, write in (("a.pth", torch.save), ("b.pth", lambda o, f: f.write(pickle.dumps(o)))):
        with Path(name).open("wb") as file:
            write({"conv1.0.weight": Trap()}, file)
        with pytest.raises(DataError, match="are no state dict"):
            backbone(SMALL, Path(name))
    assert not Path("sprung").exists()
    with pytest.raises(DataError, match=r"'none.pth' cannot be read \(No such file"):
        backbone(SMALL, Path("none.pth"))


def test_what_lies_in_the_cache_is_not_run_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    cached = tmp_path / "hub" / "checkpoints"
    cached.mkdir(parents=True)
    url = models.get_model_weights(SMALL).DEFAULT.url
    torch.save({"conv1.0.weight": Trap()}, cached / Path(url).name)
    with pytest.raises(TreemetaError, match="delete it"):
        backbone(SMALL, None)
    assert not Path("sprung").exists()
    _, network = saved(cached / Path(url).name)
    found = backbone(SMALL, None)
    network.fc = nn.Identity()
    assert torch.equal(found.network(INPUT), network(INPUT))


def test_without_internet_it_is_said_what_to_fetch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    with pytest.raises(StorageError) as caught:
        backbone(SMALL, None)
    said = sentence(caught)
    assert "https://download.pytorch.org/models/shufflenetv2_x0.5-" in said
    assert "--weights" in said


@pytest.mark.parametrize(("name", "near"), [("resnet17", "resnet18"), ("!", "resnet18")])
def test_an_unknown_name_gets_the_nearest(name: str, near: str) -> None:
    with pytest.raises(ConfigError, match=f"did you mean '{near}'"):
        check_backbone(name)


def test_a_network_without_a_last_linear_layer_is_refused(tmp_path: Path) -> None:
    path, _ = saved(tmp_path / "w.pth", "squeezenet1_1")
    with pytest.raises(ConfigError, match="squeezenet1_1 ends in no linear layer"):
        backbone("squeezenet1_1", path)
