"""What changes on disk is taken over, and what is refused is said once."""

import asyncio
import contextlib

import pytest

from serving.metrics import Metrics
from serving.models import ModelConfig, ServedModels, keep_up, read_config
from serving.options import ServerOptions
from serving.worker import Host
from tfxp_client import wire

MODEL = 'config {{ name: "{name}" base_path: "{path}" model_platform: "tensorflow" {more} }}'


def write(path, *models):
    path.write_text(f"model_config_list {{ {' '.join(models)} }}")


@pytest.fixture
def follow(tmp_path, runner):
    """Serves models.config; `play(holds, *steps)` keeps up until it holds after each step."""

    class Following:
        def __init__(self):
            self.path = tmp_path / "models.config"
            self.lines = []
            self.options = ServerOptions(
                model_config_file=self.path, config_poll_s=0.01, file_poll_s=0.01, load_attempts=1
            )
            # Its folders have no versions: no process is ever started.
            self.models = ServedModels(self.options, Host(), Metrics(), self.lines.append)

        async def _play(self, steps):
            configs = read_config(self.path)
            await self.models.apply(configs)
            following = asyncio.create_task(
                keep_up(self.models, self.options, configs, self.lines.append)
            )
            try:
                async with asyncio.timeout(20):
                    for step in steps:
                        step()
                        while not self.holds():
                            await asyncio.sleep(0.005)
            finally:
                following.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await following

        def play(self, holds, *steps):
            self.holds = holds
            runner.run(self._play(steps))

    return Following()


def entry(tmp_path, name, more=""):
    return MODEL.format(name=name, path=tmp_path, more=more)


def test_a_model_that_is_added_to_the_file_is_served(follow, tmp_path):
    write(follow.path, entry(tmp_path, "one"))

    follow.play(
        lambda: follow.models.names() == ["one", "two"],
        lambda: write(follow.path, entry(tmp_path, "one"), entry(tmp_path, "two")),
    )

    assert follow.lines == []


def test_a_file_that_cannot_be_read_changes_nothing_and_is_said_once(follow, tmp_path):
    write(follow.path, entry(tmp_path, "one"))

    looked = []
    follow.models.look = looked_at(follow.models.look, looked)
    broken = [lambda: follow.path.write_text("model_config"), looked.clear]

    follow.play(lambda: bool(follow.lines) and len(looked) > 5, *broken)

    (line,) = follow.lines
    assert line.startswith(f"configuration not taken: {follow.path}: ")
    assert follow.models.names() == ["one"]


def test_a_label_for_a_version_that_does_not_answer_is_refused_and_the_rest_with_it(
    follow, tmp_path
):
    write(follow.path, entry(tmp_path, "one"))
    label = 'version_labels { key: "stable" value: 1 }'

    follow.play(
        lambda: bool(follow.lines),
        lambda: write(follow.path, entry(tmp_path, "one", label), entry(tmp_path, "two")),
    )

    (line,) = follow.lines
    assert 'label "stable" of model one cannot be given to version 1' in line
    assert follow.models.names() == ["one"]


def test_what_a_reload_request_set_stays_until_the_file_changes(follow, tmp_path):
    write(follow.path, entry(tmp_path, "one"))
    reloaded = wire.ModelServerConfig()
    reloaded.model_config_list.config.add(
        name="two", base_path=str(tmp_path), model_platform="tensorflow"
    )
    looked = []
    follow.models.look = looked_at(follow.models.look, looked)

    follow.play(
        lambda: len(looked) >= 3,
        lambda: asyncio.ensure_future(follow.models.reload(reloaded.SerializeToString())),
        looked.clear,
    )

    assert follow.models.names() == ["two"]


def looked_at(look, calls):
    async def looking():
        calls.append(None)
        await look()

    return looking


@pytest.mark.slow
def test_a_version_that_is_put_there_is_loaded_without_being_asked(runner, host, base):
    options = ServerOptions(file_poll_s=0.01)
    models = ServedModels(options, host, Metrics(), lambda line: None)

    async def play():
        configs = {"toy": ModelConfig("toy", base.folder)}
        await models.apply(configs)
        following = asyncio.create_task(keep_up(models, options, configs, lambda line: None))
        base(5)
        async with asyncio.timeout(60):
            while not models.answer():
                await asyncio.sleep(0.01)
        following.cancel()
        return models.find("toy").version

    assert runner.run(play()) == 5
    runner.run(models.close())
