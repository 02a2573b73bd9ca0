"""ministack, ended with its standard input, so that it never outlives the tests; with one mend, which is excused by name
in `../deployment/excuses.ts`, and told in a file there how often it was needed."""
import os, signal, sys, threading

def end_with_input():
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)

threading.Thread(target=end_with_input, daemon=True).start()

import ministack.core.iam_actions as iam_actions

action_of = iam_actions.extract_iam_action

def extract_iam_action(*request):
    action = action_of(*request)
    if action != "sqs:SendMessageBatch":
        return action
    with open(os.path.join(os.environ["TMPDIR"], "mended.txt"), "a") as mended:
        mended.write(action + "\n")
    return "sqs:SendMessage"

iam_actions.extract_iam_action = extract_iam_action

from ministack.app import main
main()
