# Draws bench.tsv as SVG: awk -f picture.awk bench.tsv >bench.svg. How many times the bound a step takes, against the
# size of the weights; both scales are logarithmic. A line for each contender goes through the LSTMs; the other networks
# are marks of their own. Left: many steps in one call; right: one step a call.
BEGIN {
    FS = "\t"
    names = split("rnnc avx2 against naive openblas onnxruntime onednn torch", order, " ")
    split("rnnc|rnnc, AVX2|rnnc, other tree|naive C|OpenBLAS|ONNX Runtime|oneDNN|PyTorch", title, "|")
    split("#000000 #6b6b6b #a0522d #999933 #0072b2 #d55e00 #009e73 #cc79a7", colour, " ")
    split("T100 step", mode, " ")
    heading["T100"] = "100 steps in one call"
    heading["step"] = "one step a call"
    width = 430; height = 380; top = 116; gap = 70; left = 60
    least = 0.5; most = 4; small = 1e30; large = 0
}
NR > 1 && $7 != "" {
    n++
    network[n] = $1; way[n] = $2; who[n] = $3; ratio[n] = $7; bytes[n] = $8; wrong[n] = $9 + 0 > 1e-5
    seen[$3] = 1
    if (ratio[n] > most) most = ratio[n]
    if (ratio[n] < least) least = ratio[n]
    if (bytes[n] < small) small = bytes[n]
    if (bytes[n] > large) large = bytes[n]
}
function px(value) { return log(value / small) / log(large / small) * width }
function py(value) { return height - log(value / least) / log(most / least) * height }
function text(x, y, anchor, size, words) {
    printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\">%s</text>\n", x, y, anchor, size, words
}
function line(x, y, u, v, style) { printf "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" %s/>\n", x, y, u, v, style }
# LSTM a disc, GRU a square, RNN a triangle, all others a diamond. Hollow: its outputs are wrong.
function mark(x, y, kind, style, r) {
    if (kind == "lstm")
        printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" %s/>\n", x, y, r, style
    else if (kind == "gru")
        printf "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" %s/>\n", x - r, y - r, 2 * r, 2 * r, style
    else if (kind == "rnn")
        printf "<path d=\"M%.1f %.1fl%.1f %.1fh%.1fz\" %s/>\n", x, y - 1.2 * r, 1.2 * r, 2.2 * r, -2.4 * r, style
    else
        printf "<path d=\"M%.1f %.1fl%.1f %.1fl%.1f %.1fl%.1f %.1fz\" %s/>\n", x, y - 1.3 * r, 1.3 * r, 1.3 * r, -1.3 * r, 1.3 * r, -1.3 * r, -1.3 * r, style
}
function kind_of(name) { return name ~ /^lstm_/ ? "lstm" : name ~ /^gru_[0-9]/ ? "gru" : name ~ /^rnn_/ ? "rnn" : "other" }
function axes(m,    v, k, style) {
    text(width / 2, -10, "middle", 14, heading[m])
    style = "stroke=\"#dddddd\""
    for (v = 1024; v <= large * 1.01; v *= 4)
        if (v >= small * 0.99) {
            line(px(v), 0, px(v), height, style)
            text(px(v), height + 18, "middle", 11, v < 1048576 ? v / 1024 " KiB" : v / 1048576 " MiB")
        }
    for (k = split("0.2 0.5 1 2 5 10 20 50 100 200 500 1000 2000", tick, " "); k > 0; k--)
        if (tick[k] >= least && tick[k] <= most) {
            line(0, py(tick[k]), width, py(tick[k]), tick[k] == 1 ? "stroke=\"#000000\" stroke-dasharray=\"5 4\"" : style)
            text(-8, py(tick[k]) + 4, "end", 11, tick[k])
        }
    printf "<rect width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#888888\"/>\n", width, height
    text(width / 2, height + 40, "middle", 12, "weights that a step reads")
}
function contender(m, c,    i, j, k, count, at, points, thick) {
    count = 0
    for (i = 1; i <= n; i++)
        if (way[i] == m && who[i] == order[c]) {
            at[++count] = i
            for (j = count; j > 1 && bytes[at[j]] < bytes[at[j - 1]]; j--) {
                k = at[j]; at[j] = at[j - 1]; at[j - 1] = k
            }
        }
    points = ""
    for (i = 1; i <= count; i++)
        if (kind_of(network[at[i]]) == "lstm")
            points = points sprintf("%.1f,%.1f ", px(bytes[at[i]]), py(ratio[at[i]]))
    thick = c == 1 ? 3 : 1.5
    printf "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%.1f\"%s/>\n", points, colour[c], thick, c == 2 ? " stroke-dasharray=\"3 3\"" : ""
    for (i = 1; i <= count; i++)
        mark(px(bytes[at[i]]), py(ratio[at[i]]), kind_of(network[at[i]]), "fill=\"" (wrong[at[i]] ? "#ffffff" : colour[c]) "\" stroke=\"" colour[c] "\"", c == 1 ? 4 : 3)
}
function legend(    c, x) {
    text(left, 24, "start", 17, "Time of a step as a multiple of the bound, by the size of the weights that it reads (dashed: the bound)")
    x = left
    for (c = 1; c <= names; c++)
        if (order[c] in seen) {
            line(x, 44, x + 22, 44, "stroke=\"" colour[c] "\" stroke-width=\"" (c == 1 ? 3 : 1.5) "\"" (c == 2 ? " stroke-dasharray=\"3 3\"" : ""))
            text(x + 27, 48, "start", 12, title[c])
            x += 42 + 7 * length(title[c])
        }
    split("lstm gru rnn other", shape, " ")
    split("LSTM|GRU|RNN|stack, attention, cells of one's own", meaning, "|")
    for (c = 1; c <= 4; c++) {
        mark(left + 8 + 70 * (c - 1), 64, shape[c], "fill=\"#555555\"", 4)
        text(left + 18 + 70 * (c - 1), 68, "start", 12, meaning[c])
    }
}
END {
    if (n == 0)
        exit
    if (large <= small) { small /= 2; large *= 2 }
    small *= 0.8; large *= 1.25; most *= 1.15; least *= 0.9
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\">\n", left + 2 * width + gap + 20, top + height + 60
    print "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>"
    legend()
    for (m = 1; m <= 2; m++) {
        printf "<g transform=\"translate(%d %d)\">\n", left + (m - 1) * (width + gap), top
        axes(mode[m])
        for (c = names; c >= 1; c--)
            if (order[c] in seen)
                contender(mode[m], c)
        print "</g>"
    }
    print "</svg>"
}
