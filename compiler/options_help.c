/* options_help.c: what --help says of each command, around the list of its options. */
#include "options_help.h"

const char options_usage_compile[] =
    "usage: rnnc MODEL.rnn -o DIR [options]      compile a model to C\n"
    "       rnnc run MODEL.rnn [options] --input NAME=FILE.npy ... --output NAME=FILE.npy ...\n"
    "                                           compile, build with the C compiler, and run\n"
    "       rnnc verify MODEL.rnn [options]      compile, build, run, and compare with the equations\n";

const char options_usage_run[] =
    "usage: rnnc run MODEL.rnn [options] --input NAME=FILE.npy ... --output NAME=FILE.npy ...\n\n"
    "Compiles the model, builds it with the C compiler, and runs it on arrays in .npy files.\n";

const char options_usage_verify[] =
    "usage: rnnc verify MODEL.rnn [options] [--input NAME=FILE.npy ...] [--against NAME=FILE.npy ...]\n\n"
    "Compiles and builds the model, runs the C and the equations (in double precision, before any pass) on the same\n"
    "input, and prints how far each output and each named variable are apart and where; then the first variable that\n"
    "is beyond the tolerance, and its line in the model. An input that is not given is drawn at random: numbers of\n"
    "[-1, 1), tokens of all that there are. --against says whose fault a difference from another program is: that of\n"
    "the model (equations, weights, input) or that of the C. A variable called h.c is the c of the call h.\n";

const char options_about_tolerance[] =
    "\nAllowed is 1e-5, relative to the larger of 1 and the variable's largest value: of single precision, 6e-8 of a value,\n"
    "sums of some thousand products and a few hundred steps make less; a wrong weight makes more. Of a network that makes\n"
    "more of small errors, 16 times what comes out where the equations' values are rounded to floats, but at most 1e-3.\n"
    "--tolerance takes the place of all that.\n";

const char options_status_compile[] =
    "\nExit status: 0 all is well, 1 errors in the model or the weights, 2 a command line that cannot be understood.\n"
    "Messages go to stderr; nothing is written where there was an error.";

const char options_status_run[] =
    "\nExit status: 0 all is well, 1 errors in the model, the weights or the inputs, 2 a command line that cannot be\n"
    "understood, 3 (--by=step or parts) the model has no such calls. Messages go to stderr; nothing is written where\n"
    "there was an error.";

const char options_status_verify[] =
    "\nExit status: 0 all is well, 1 something is beyond the tolerance, or there are errors in the model, the weights or\n"
    "the inputs, 2 a command line that cannot be understood. Messages go to stderr.";
