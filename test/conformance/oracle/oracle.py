"""
The independent implementation: the Step Functions interpreter that moto carries (LocalStack's, Apache-2.0), served
over HTTP on 127.0.0.1 together with moto's DynamoDB. What moto leaves open is filled in here, and nothing else:

  - JSONata, a stub there, is evaluated by npm jsonata in a Node child; an expression that fails is one that gives
    nothing (States.QueryEvaluationError);
  - `lambda:` calls go to LAMBDA_ENDPOINT, all others back to this server;
  - States Language names fields in PascalCase, the API in its own way: LocalStack's renaming, which moto left out;
  - an execution that is given no name gets one of its own;
  - waiting for a retry or for a nested execution takes WAIT_SCALE of its time;
  - a nested execution that is tried again listens to no task token: that of the try before was ended, which moto, when its
    threads meet so, takes for a timeout.

Environment: PORT, LAMBDA_ENDPOINT, NODE (binary), JSONATA_CHILD (file), WAIT_SCALE.
"""

import functools
import json
import os
import subprocess
import sys
import threading
import time
import types
import uuid

PORT = os.environ["PORT"]
sys.setswitchinterval(0.0005)  # Most threads wait for an answer of one line.
WAIT_SCALE = float(os.environ["WAIT_SCALE"])
os.environ["MOTO_PORT"] = PORT

from moto.core.config import default_user_config  # noqa: E402 (moto reads MOTO_PORT when it is imported)

default_user_config["stepfunctions"]["execute_state_machine"] = True

import boto3  # noqa: E402
import botocore.session  # noqa: E402
import moto.stepfunctions.parser.asl.component.common.retry.retrier_decl as retrier_decl  # noqa: E402
import moto.stepfunctions.parser.asl.component.intrinsic.jsonata as intrinsic  # noqa: E402
import moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_callback as callback  # noqa: E402
import moto.stepfunctions.parser.asl.jsonata.jsonata as asl_jsonata  # noqa: E402
import moto.stepfunctions.parser.asl.utils.boto_client as clients  # noqa: E402
from botocore.config import Config  # noqa: E402
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import StateTaskService  # noqa: E402
from moto.stepfunctions.parser.asl.eval.variable_store import VariableStore  # noqa: E402
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser  # noqa: E402
from moto.stepfunctions.parser.models import StepFunctionsParserBackend  # noqa: E402
from moto.stepfunctions.parser.utils import camel_to_snake_case  # noqa: E402

# Calls of other services

CLIENT = Config(
    parameter_validation=False,
    retries={"total_max_attempts": 1},
    read_timeout=900,
    inject_host_prefix=False,
    max_pool_connections=50,
)
_clients = {}
_clients_lock = threading.Lock()


def boto_client_for(region, service, state_credentials=None):
    with _clients_lock:  # A client is slow to make, and safe to share between threads.
        if service not in _clients:
            own = f"http://127.0.0.1:{PORT}"
            endpoint = os.environ["LAMBDA_ENDPOINT"] if service == "lambda" else own
            _clients[service] = boto3.client(
                service,
                region_name=region,
                aws_access_key_id="test",
                aws_secret_access_key="test",
                endpoint_url=endpoint,
                config=CLIENT,
            )
        return _clients[service]


_session = botocore.session.get_session()
_models = {}


def operation_model(task, service, action):
    service = task._get_boto_service_name(service)
    action = task._get_boto_service_action(action)
    model = _models.setdefault(service, _session.get_service_model(service))
    return model.operation_model({camel_to_snake_case(name): name for name in model.operation_names}[action])


def normalise_parameters(self, parameters, boto_service_name=None, service_action_name=None):
    shape = operation_model(self, boto_service_name, service_action_name).input_shape
    if shape is not None:
        self._to_boto_request(parameters, shape)


def normalise_response(self, response, boto_service_name=None, service_action_name=None):
    shape = operation_model(self, boto_service_name, service_action_name).output_shape
    if shape is not None:
        self._from_boto_response(response, shape)


StateTaskService._normalise_parameters = normalise_parameters
StateTaskService._normalise_response = normalise_response

# JSONata

child = subprocess.Popen(
    [os.environ["NODE"], os.environ["JSONATA_CHILD"]],
    stdin=subprocess.PIPE,
    stdout=subprocess.PIPE,
    text=True,
    bufsize=1,
)
child_lock = threading.Lock()


local = threading.local()  # Of each thread: the last answer, and what its expression refers to.


def evaluate(expression):
    asked, answer = getattr(local, "last", (None, None))
    if expression == f"$exists({asked})":
        return "value" in answer
    if expression == f"$type({asked})":  # Asked of texts only.
        return "string"
    with child_lock:
        child.stdin.write(json.dumps(expression) + "\n")
        child.stdin.flush()
        answer = json.loads(child.stdout.readline())
    local.last = (expression, answer)
    return answer.get("value")


def declare(bindings):
    """As moto's, which does not escape strings."""
    return "".join(f"{name}:={asl_jsonata.to_json_str(value)};" for name, value in bindings.items())


extract_references = asl_jsonata.extract_jsonata_variable_references


def note_references(expression):
    local.names = extract_references(expression)
    return local.names


def declare_referenced(self):
    """Only what the expression at hand uses, where moto declares every variable for every expression."""
    names = {reference[1:].split(".")[0] for reference in local.names}
    scope = {**self._outer_scope, **self._inner_scope}
    return declare({f"${name}": scope[name] for name in names if name in scope})


asl_jsonata._eval_jsonata = evaluate
asl_jsonata.extract_jsonata_variable_references = note_references
VariableStore.get_variable_declarations = declare_referenced
intrinsic._DECLARATION_BY_VARIABLE_REFERENCE.clear()  # The child brings the real functions.

clients.boto_client_for = boto_client_for
asl_jsonata.encode_jsonata_variable_declarations = declare
for module in list(sys.modules.values()):  # Modules that took these names by value already.
    if getattr(module, "__name__", "").startswith("moto.stepfunctions"):
        if hasattr(module, "boto_client_for"):
            module.boto_client_for = boto_client_for
        if hasattr(module, "extract_jsonata_variable_references"):
            module.extract_jsonata_variable_references = note_references
        if hasattr(module, "encode_jsonata_variable_declarations"):
            module.encode_jsonata_variable_declarations = declare

# An execution that is given no name gets one, where moto calls all of them None

start_named = StepFunctionsParserBackend.start_execution


def start_execution(self, state_machine_arn, name=None, execution_input=None, trace_header=None):
    return start_named(self, state_machine_arn, name or str(uuid.uuid4()), execution_input, trace_header)


StepFunctionsParserBackend.start_execution = start_execution

# A definition is parsed once, not for each execution: nothing is kept in what its parser makes

AmazonStateLanguageParser.parse = staticmethod(functools.cache(AmazonStateLanguageParser.parse))

# Waiting

retrier_decl.time = types.SimpleNamespace(sleep=lambda seconds: time.sleep(seconds * WAIT_SCALE))
callback.time = types.SimpleNamespace(sleep=lambda seconds: time.sleep(seconds * WAIT_SCALE))

eval_sync = callback.StateTaskServiceCallback._eval_sync


def eval_sync_without_token(self, env, sync_resolver, timeout_seconds, callback_endpoint, heartbeat_endpoint):
    return eval_sync(self, env, sync_resolver, timeout_seconds, None, heartbeat_endpoint)


callback.StateTaskServiceCallback._eval_sync = eval_sync_without_token


def end_with_parent():
    """Stdin is a pipe that the starting process holds open: when that dies, however it dies, so do we."""
    sys.stdin.read()
    child.kill()
    os._exit(0)


threading.Thread(target=end_with_parent, daemon=True).start()

from moto.server import main  # noqa: E402 (after everything is in place)

main(["-H", "127.0.0.1", "-p", PORT])
