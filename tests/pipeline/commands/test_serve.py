"""`tfxp serve`: what it serves, and what it says where there is nothing to serve."""

import pytest
from click.testing import CliRunner

import registry
from pipeline.cli import cli
from pipeline.commands import serve
from pipeline.config.where import PROJECT
from pipeline.errors import UserError
from serving.options import ServerOptions
from tests.registry.conftest import push_three


@pytest.fixture
def options(tmp_path, monkeypatch):
    """`options(*words)` are those that `tfxp serve` starts the server with."""
    seen = []

    async def serving(options, report):
        seen.append(options)

    monkeypatch.setattr(serve, "serve", serving)
    base = push_three(tmp_path)
    registry.set_label(base, "taxi", "stable", 3)
    here = ["--set", f"roots.serving={base}", "--set", f"roots.logs={tmp_path}/logs"]

    def command(*words):
        done = CliRunner().invoke(cli, ["serve", *here, *words], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return seen.pop()

    command.base = base
    return command


def test_the_pushed_models_are_served_on_this_machine_alone(options, tmp_path):
    assert options() == ServerOptions(
        model_config_file=options.base / "models.config",
        log_file=tmp_path / "logs" / "serving.log",
    )


def test_options_go_before_the_configuration(options):
    stated = ["--set", "serving.grpc_port=1", "--set", "serving.host=::1"]

    assert (options(*stated).host, options(*stated).grpc_port) == ("::1", 1)
    given = options(*stated, "--grpc-port", "0", "--host", "0.0.0.0", "--rest-port", "7")
    assert (given.host, given.grpc_port, given.rest_port) == ("0.0.0.0", 0, 7)


def test_requests_are_logged_with_the_columns_of_the_contract_without_identifiers(options):
    log = options(
        *("--set", "serving.request_log=var/requests"),
        *("--set", "serving.request_log_share=0.5"),
        *("--set", 'data.columns={company = {privacy = "identifier"}}'),
    ).request_log

    assert (log.folder, log.share) == (PROJECT / "var/requests", 0.5)
    assert log.redact == ("company",)
    assert "fare" in log.keep
    assert "tips" not in log.keep


def test_without_a_label_it_says_how_to_give_one(tmp_path):
    base = push_three(tmp_path)

    with pytest.raises(UserError, match=r"no version in .* has a label; `tfxp promote .*` makes"):
        CliRunner().invoke(cli, ["serve", "--set", f"roots.serving={base}"], catch_exceptions=False)


def test_without_a_pushed_model_it_says_how_to_make_one(tmp_path):
    here = ["--set", f"roots.serving={tmp_path}/serving", "--set", f"roots.logs={tmp_path}"]

    with pytest.raises(UserError, match=r"no pushed model in .*; `tfxp run .*` makes and pushes"):
        CliRunner().invoke(cli, ["serve", *here], catch_exceptions=False)


def test_what_the_server_cannot_do_is_one_error(tmp_path):
    config = tmp_path / "absent.config"

    with pytest.raises(UserError, match=r"absent\.config: No such file or directory"):
        CliRunner().invoke(
            cli,
            ["serve", "--model-config-file", str(config), "--grpc-port", "0", "--rest-port", "0"]
            + ["--set", f"roots.logs={tmp_path}"],
            catch_exceptions=False,
        )
