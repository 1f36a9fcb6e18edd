#include "mnist_lstm.h"
#include "../real.h"

REAL("a picture of 28 rows", 1, 0, mnist_lstm)
{
    static float row[28 * 28], digit[10], hidden[28 * 20];
    FILL(row, 28 * 28);
    return mnist_lstm_run(&net, row, digit, hidden);
}
