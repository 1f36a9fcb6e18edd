#include "digits.h"
#include "../real.h"

REAL("a picture", 1, 0, digits)
{
    static float image[64], digit[10];
    FILL(image, 64);
    return digits_run(&net, image, digit);
}
