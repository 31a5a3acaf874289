"""Code that a step imports, and that the image has to hold."""

import re
from collections.abc import Iterator

from linting.executors import containers
from linting.finding import Fault
from linting.image import file_of_image
from linting.places import at
from linting.spec import Executor, Json, Spec
from linting.steps import step_of
from linting.texts import named_texts

# What names code of the user: parameters of TFX's components, and keys of our own options.
_CODE = frozenset(
    {
        "build_model",
        "module_file",
        "module_path",
        "preprocessing_fn",
        "run_fn",
        "trainer_fn",
        "tuner_fn",
        "stats_options_updater_fn",
    }
)
_NOTHING = ("", "null")
_DOTTED_PATH = (
    "put the code into a folder of the project that .dockerignore lets in, and name it by its "
    "dotted path"
)
_DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


def executor_module(spec: Spec) -> Iterator[Fault]:
    """The entrypoint imports the executor's class, and the command its own module."""
    for executor, container in containers(spec):
        step = step_of(container)
        # A command of its own has an image of its own, of which nothing is known here.
        if step is None:
            continue
        if not spec.image_holds(step.executor):
            place = at(executor.container_place, *step.place)
            yield _absent(place, f"the executor {step.executor or 'of the node'!r}")
        yield from _command(spec, executor, container)


def user_module(spec: Spec) -> Iterator[Fault]:
    """A file beside the pipeline is not in the image, and a wheel would have to be installed."""
    for task in spec.tasks:
        if task.executor is None or step_of(task.executor.container or {}) is None:
            continue
        for parameter, place, value in task.constants():
            for name, text in named_texts(parameter, value):
                if name in _CODE and text not in _NOTHING:
                    yield from _code(spec, place, name, text)


def _command(spec: Spec, executor: Executor, container: Json) -> Iterator[Fault]:
    command = container.get("command", [])
    for index, (before, word) in enumerate(zip(["", *command], command, strict=False)):
        place = at(executor.container_place, "command", index)
        if before == "-m" and not spec.image_holds(word):
            yield _absent(place, f"the module {word!r} of the command")
        if re.fullmatch(r"/app/\S+\.py", word) and not file_of_image(word):
            yield _absent(place, f"the script {word!r}")


def _code(spec: Spec, place: str, name: str, value: str) -> Iterator[Fault]:
    module, _, wheel = value.partition("@")
    if wheel:
        yield Fault(
            place,
            f"{name} has the module {module!r} travel as a wheel, {wheel}; the image lacks it, and "
            "has neither pip nor a reader of KFP's buckets to install it with",
            _DOTTED_PATH,
        )
    elif not _DOTTED.fullmatch(value) or value.endswith(".py"):
        yield Fault(
            place,
            f"{name} is the file {value}, which the image lacks",
            _DOTTED_PATH,
        )
    elif not spec.image_holds(value):
        yield _absent(place, f"the code {value!r} ({name})")


def _absent(place: str, what: str) -> Fault:
    return Fault(
        place,
        f"the image lacks {what}: it is neither in a folder of the project that .dockerignore lets "
        "in nor in a package of kubeflow/requirements.lock",
        "correct the name; or let the folder in (`!my_package` in .dockerignore), or add the "
        "package to the lock, and build the image anew",
    )
