/* tokens.h: what the tokens are, written by train.py */
static const char letters[] = "abcdefghijklmnopqrstuvwxyz'-";
enum { START = 0, END = 1 };
static const char *const phonemes[] = {
    "", "", "AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY", "F", "G", "HH",
    "IH", "IY", "JH", "K", "L", "M", "N", "NG", "OW", "OY", "P", "R", "S", "SH", "T", "TH", "UH", "UW",
    "V", "W", "Y", "Z", "ZH"
};
