"""The odds of each rule, and the way to one model: python3 generate.py SEED prints it."""
import sys

import calls
import rules
from model import make_model

RULES = [(rules.unary, 5), (rules.binary, 6), (rules.constant, 1), (rules.product, 4), (rules.product_of_two, 2), (rules.stateless, 2),
         (rules.activated, 2), (rules.reduce, 3), (rules.view, 4), (rules.concat, 2), (rules.split, 1), (rules.convolution, 2),
         (rules.token, 3), (rules.drawn, 0.5), (rules.feedback, 0.7), (rules.over, 5), (rules.delay, 4), (rules.window, 1.5),
         (rules.step_number, 1.5), (rules.recurrence, 5), (rules.mutual, 2), (rules.rate, 6), (calls.recurrent, 5), (calls.own_cell, 6),
         (calls.shared, 1.5), (calls.attention, 3), (calls.mask, 1), (calls.rows, 1.5), (calls.unstacked, 1), (calls.window_of_states, 0.7)]


def model_text(seed):
    return make_model(seed, RULES, rules.FIXED)


if __name__ == "__main__":
    print(model_text(int(sys.argv[1])), end="")
