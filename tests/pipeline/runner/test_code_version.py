"""Which files make a step's code."""

from pipeline.runner.code_version import sources


def test_the_code_of_a_function_is_its_module_its_packages_and_what_they_import():
    files = set(sources(("components.validation.data_gate.DataGate_Executor",)))

    assert files >= {
        "components/__init__.py",
        "components/validation/data_gate.py",
        "components/validation/data_contract.py",
        "components/errors.py",
        "schema/__init__.py",
        "schema/reading.py",
    }
    assert "components/pusher/component.py" not in files
    assert not any(name.startswith("pipeline/") for name in files)


def test_names_outside_the_project_have_no_code_here():
    assert sources(("tfx.components.statistics_gen.executor.Executor",)) == {}


def test_an_own_function_beside_the_rooms_is_code_too():
    assert "tests/stranger.py" in sources(("tests.stranger.function",))
