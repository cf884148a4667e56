"""The command gradcheck; what it needs of training would make `models` slow to start."""

from argparse import Namespace

from engine.cli.terminal.output import Output, stop_on_signal
from engine.training.checks import check_gradients
from engine.training.events import GradientsChecked

EXIT_FAILED_CHECK = 1


def run_gradcheck(arguments: Namespace) -> int:
    """Compare the gradients of backpropagation with differences of the loss."""
    output = Output(as_json=arguments.json)
    passed = False
    with stop_on_signal(output) as control:
        for event in check_gradients(
            control,
            word_dim=arguments.word_dim,
            hidden_dim=arguments.hidden_dim,
            device=arguments.device,
        ):
            output.show(event)
            if isinstance(event, GradientsChecked):
                passed = event.report.passed
        if control.is_stopped:
            return control.exit_code
    return 0 if passed else EXIT_FAILED_CHECK
