"""`malmoi train`: from a dataset release to a fine-tuned, measured and documented model folder."""

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from malmoi import console
from malmoi.commands import train_model, train_results
from malmoi.commands.options import AsJson
from malmoi.train_options import Base, Config, Out, opened, started

if TYPE_CHECKING:
    from training.config import TrainConfig
    from training.preference.stage import PreferenceResult
    from training.run_folder import RunFolder
    from training.running.result import RunResult

PLAN_EXAMPLE = "Example: malmoi train plan recipes/qlora.yaml --base smollm2"
RUN_EXAMPLE = (
    "Example: malmoi train run recipes/qlora.yaml --base smollm2\n\n"
    "Several GPUs: accelerate launch --config_file fsdp.yaml -m malmoi train run qlora.yaml "
    "(see `malmoi train launch-config`)."
)
RESUME_EXAMPLE = "Example: malmoi train resume runs/instructions-qlora"
LAUNCH_EXAMPLE = "Example: malmoi train launch-config fsdp --processes 4 > fsdp.yaml"

app = typer.Typer(
    help="Fine-tune a model: plan, run, evaluate, merge, export, describe, publish.",
    epilog="Example: malmoi train plan recipes/qlora.yaml, then: malmoi train run recipes/qlora.yaml",
    no_args_is_help=True,
)


@app.command("plan", epilog=PLAN_EXAMPLE)
def plan(config: Config, *, base: Base = "", as_json: AsJson = False) -> None:
    """Check the base model and the data, and predict memory, time and cost; nothing is trained."""
    from malmoi.train_tables import show_plan
    from training.planning import plan as make_plan

    made = make_plan(opened(config, None, base)[0], console.progress())
    if as_json:
        console.print_json(made.as_json())
    else:
        show_plan(made, config)
    if made.faults:
        raise typer.Exit(1)


@app.command("run", epilog=RUN_EXAMPLE)
def run(
    config: Config,
    out: Out = None,
    *,
    base: Base = "",
    evaluate: Annotated[
        bool, typer.Option(help="Measure what was gained and what was forgotten; exit 1 when too much was.")
    ] = True,
    restart: Annotated[
        bool, typer.Option("--restart", help="Start anew; what is there goes into its folder 'earlier'.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Fine-tune, then measure. Stopped in the middle, it goes on with `malmoi train resume`."""
    read, folder = opened(config, out, base)
    if restart:
        from training.running.starting import held, start_anew

        with held(folder):
            start_anew(folder)
    _trained(read, folder, resume=False, evaluate=evaluate, as_json=as_json)


@app.command("resume", epilog=RESUME_EXAMPLE)
def resume(
    config: Config,
    out: Out = None,
    *,
    evaluate: Annotated[bool, typer.Option(help="Measure afterwards, as `run` does.")] = True,
    as_json: AsJson = False,
) -> None:
    """Go on with a run that was stopped, from its last complete checkpoint."""
    read, folder = started(config, out)
    _trained(read, folder, resume=True, evaluate=evaluate, as_json=as_json)


@app.command("launch-config", epilog=LAUNCH_EXAMPLE)
def launch_config(
    kind: Annotated[
        str, typer.Argument(help="ddp, fsdp, deepspeed-zero2 or deepspeed-zero3.", show_default=False)
    ],
    *,
    processes: Annotated[int, typer.Option("--processes", min=1, help="GPUs of this machine.")] = 1,
) -> None:
    """Print a configuration for `accelerate launch`, for several GPUs."""
    from training.launching import launch_config as text_of

    typer.echo(text_of(kind, processes), nl=False)


def _trained(
    config: "TrainConfig", folder: "RunFolder", *, resume: bool, evaluate: bool, as_json: bool
) -> None:
    """Train, with the second stage where there is one, and measure; exit 1 when too much was forgotten."""
    from malmoi.train_tables import show_evaluation, show_preference, show_run
    from malmoi.train_watch import watch
    from training.evaluation.evaluate import evaluate as measure
    from training.preference.stage import run_preference
    from training.running.run import run as train

    progress = console.progress()
    result = train(config, folder, progress, resume=resume, watch=watch())
    _end_if_stopped(result, folder)
    preferred = None
    if config.preference is not None:
        preferred = run_preference(config, folder, progress, resume=resume, watch=watch())
        _end_if_stopped(preferred, folder)
    report = measure(config, folder, progress) if evaluate else None
    if as_json:
        told: dict[str, Any] = {
            "run": str(folder.path),
            **result.as_json(),
            "loss": {"first": result.first_loss, "last": result.last_loss},
            "preference": preferred.as_json() if preferred else None,
            "gate": report.gate.as_json() if report else None,
        }
        console.print_json(told)
    else:
        show_run(result, folder)
        if preferred:
            show_preference(preferred)
        if report:
            show_evaluation(report, folder)
        console.out.print(f"[dim]Next: malmoi train merge {escape(str(folder.path))}[/]", soft_wrap=True)
    if report and not report.gate.passed:
        raise typer.Exit(1)


def _end_if_stopped(result: "RunResult | PreferenceResult", folder: "RunFolder") -> None:
    """End as a shell expects after a signal; the last step is saved."""
    if result.exit_code:
        console.err.print(f"Stopped at step {result.steps:,}, which is saved. Go on with:")
        console.err.print(f"  malmoi train resume {escape(str(folder.path))}", soft_wrap=True)
        raise typer.Exit(result.exit_code)


train_results.register(app)
train_model.register(app)
