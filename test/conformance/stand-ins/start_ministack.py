"""ministack, ended with its standard input, so that it never outlives the tests."""
import os, signal, sys, threading

def end_with_input():
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)

threading.Thread(target=end_with_input, daemon=True).start()
from ministack.app import main
main()
