"""A config whose splits are tried, and what is planted in the place of evidence."""

from dataclasses import replace
from typing import Any

import pytest

from tests.tree.gated import Overhear, Plant, examined
from treemeta.config import Config
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.store.evidence import Evidence
from treemeta.store.records import Routed
from treemeta.tree.evaluate import examine_all
from treemeta.tree.route import Router
from treemeta.tree.split import Split
from treemeta.tree.trial import Examined


@pytest.fixture(scope="module")
def gated(solved_config: Config) -> Config:
    return replace(
        solved_config, gate="gain", min_tasks=1, max_depth=2, meta_steps=6, split_every=2
    )


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Plant:
    """Let tasks differ wherever there are two, and nodes gain from a split by their names."""

    def planted(pays: dict[str, bool]) -> list[str]:
        weighed: list[str] = []

        def weigh(_: Setting, node: Trainee, *__: Any) -> tuple[Split | None, Evidence]:
            weighed.append(node.name)
            names, step = [task.name for task in node.tasks], node.step
            if len(names) < 2:
                return None, Evidence(step, False, "planted: too few")
            middle = (len(names) + 1) // 2
            groups = (tuple(names[:middle]), tuple(names[middle:]))
            return Split(groups, (1.0, 1.0), again=(groups,)), Evidence(step, True, "planted", 2)

        def gain(*given: Any) -> dict[str, Examined]:
            return examined(0.1 if pays.get(given[1].name, False) else -0.1, *given)

        monkeypatch.setattr("treemeta.tree.weigh.weigh_split", weigh)
        monkeypatch.setattr("treemeta.tree.weigh.examine_trial", gain)
        return weighed

    return planted


@pytest.fixture
def overheard(monkeypatch: pytest.MonkeyPatch) -> Overhear:
    """Return the routers that a module examines tasks by from now on."""

    def listen(module: str) -> list[Router]:
        asked: list[Router] = []

        def spy(setting: Setting, router: Router, *how: Any) -> dict[str, Routed]:
            asked.append(router)
            return examine_all(setting, router, *how)

        monkeypatch.setattr(f"{module}.examine_all", spy)
        return asked

    return listen
