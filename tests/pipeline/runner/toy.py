"""A graph of small function components, to try the runner itself on."""

import os
import signal
import time
from pathlib import Path

from tfx.dsl.compiler import compiler
from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.orchestration.pipeline import Pipeline
from tfx.types import standard_artifacts

from components import progress
from components.errors import DataRefused


@component
def Count(numbers: OutputArtifact[standard_artifacts.Examples], upto: Parameter[int]) -> None:
    """Writes the numbers below `upto`, and says how many."""
    Path(numbers.uri, "numbers.txt").write_text(" ".join(map(str, range(upto))))
    numbers.set_string_custom_property("summary", f"{upto} numbers")


@component
def Double(
    numbers: InputArtifact[standard_artifacts.Examples],
    doubled: OutputArtifact[standard_artifacts.Examples],
    mood: Parameter[str],
) -> None:
    """Doubles the numbers; `mood` makes it misbehave in one of the ways that a step can."""
    values = [2 * int(word) for word in Path(numbers.uri, "numbers.txt").read_text().split()]
    half = len(values) // 2
    Path(doubled.uri, "numbers.txt").write_text(" ".join(map(str, values[:half])))
    match mood:
        case "raise":
            raise ValueError("seven is not even\nsecond line\nthird line")
        case "refuse":
            raise DataRefused("column 'x': 3 of 7 rows are odd")
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "hang":
            Path(mood).touch()
            time.sleep(600)
        case _ if Path(mood).is_dir():
            progress.tell(f"half of {len(values)} numbers")
            Path(mood, "started").touch()
            while not Path(mood, "go").exists():
                time.sleep(0.05)
    Path(doubled.uri, "numbers.txt").write_text(" ".join(map(str, values)))


@component
def Total(
    doubled: InputArtifact[standard_artifacts.Examples],
    total: OutputArtifact[standard_artifacts.Examples],
) -> None:
    """Adds the numbers up."""
    values = Path(doubled.uri, "numbers.txt").read_text().split()
    total.set_string_custom_property("summary", f"total {sum(map(int, values))}")


@component
def Aside(
    numbers: InputArtifact[standard_artifacts.Examples],
    copy: OutputArtifact[standard_artifacts.Examples],
) -> None:
    """Depends on Count alone, so that it can go on when Double cannot."""
    Path(copy.uri, "copy.txt").write_text(Path(numbers.uri, "numbers.txt").read_text())


def compile_toy(*, upto: int = 4, mood: str = "calm") -> bytes:
    """Returns the compiled graph, serialized."""
    count = Count(upto=upto)
    double = Double(numbers=count.outputs["numbers"], mood=mood)
    total = Total(doubled=double.outputs["doubled"])
    aside = Aside(numbers=count.outputs["numbers"])
    pipeline = Pipeline(
        pipeline_name="toy", pipeline_root="", components=[count, double, total, aside]
    )
    return compiler.Compiler().compile(pipeline).SerializeToString()
