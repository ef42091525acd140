"""about

  this"""
import re  # regular
from x import (
    helper as h,
)

LETTERS = ["A", 'B']
TEXT = (
    "one "
    'it\'s\n'
)
total = 0
total += 1
if total == 1:
    MODE = 'x'
else:
    MODE = 'y'


@h
def f(d):
    # a comment

    return f"{g(d['q'])}: {LETTERS[0]} {{x}}" + TEXT

def g(s): return re.sub(r'\s+', ' ', s)
f = \
    f
