"""Whole networks of many kinds, small: what the language's parts give when they are put together."""
import numpy as np
import torch
import torch.nn.functional as F

from vectors import Dense, Gru, case, relu, run_lstm, run_rnn, sigmoid, single, softmax, state, tensor


def named(prefix, module):
    return {f"{prefix}.{k}": v for k, v in state(module).items() if v.ndim}


def gains(path, norm):
    return {f"{path}.gain": norm.weight.detach().numpy(), f"{path}.bias": norm.bias.detach().numpy()}


def far_apart(scores, least):
    """Is the best score of each row the best by so much that no rounding changes it?"""
    best = np.sort(scores, axis=1)
    return np.min(best[:, -1] - best[:, -2]) > least


@case
def net_sentiment(c):
    emb, rnn, fc = c.module(torch.nn.Embedding(11, 5)), c.module(torch.nn.LSTM(5, 7)), c.module(torch.nn.Linear(7, 3))
    words = c.tokens(11, 9)
    h = run_rnn(rnn, emb(tensor(words).long()).detach().numpy())
    c.weights({**named("emb", emb), **named("rnn", rnn), **named("fc", fc)})
    c.input("words", words)
    c.output("label", torch.softmax(fc(tensor(h[-1])), 0))


@case
def net_caption(c):
    """Drawn again until a caption of three to six words comes out."""
    while True:
        rnn, score, table, image = Gru(c, 14, 11), Dense(c, 11, 13, scale=2), c.normal(13, 5, scale=3), c.normal(9)
        h, word, words, scores = np.zeros(11), 1, [], []
        while len(words) < 7 and word != 2:
            h = rnn(np.concatenate([image, table[word]])[None], h)[0]
            scores.append(score(h))
            word = int(scores[-1].argmax())
            words.append(word)
        if 3 <= len(words) <= 6 and len(set(words)) > 2 and far_apart(scores, 0.02):
            break
    c.weights({"h.embed.E": table, **rnn.named("h"), **score.named("score")})
    c.input("image", image)
    c.output("word", np.array(words))
    c.output("score", scores)


@case
def net_repeat_vector(c):
    rnn, fc, z = Gru(c, 7, 5), Dense(c, 5, 3), c.normal(7)
    c.weights({**rnn.named("y.gru"), **fc.named("y")})
    c.input("z", z)
    c.output("y", fc(rnn(np.tile(z, (6, 1)))))


@case
def net_tagger(c):
    emb, rnn = c.module(torch.nn.Embedding(11, 5)), c.module(torch.nn.LSTM(5, 7, bidirectional=True))
    fc, words = c.module(torch.nn.Linear(14, 4)), c.tokens(11, 7)
    h, _ = rnn(emb(tensor(words).long()))
    c.weights({**named("emb", emb), **named("rnn", rnn), **named("fc", fc)})
    c.input("words", words)
    c.output("tag", torch.softmax(fc(h), 1))


@case
def net_birnn_summary(c):
    rnn, fc = c.module(torch.nn.GRU(5, 6, num_layers=2, bidirectional=True)), c.module(torch.nn.Linear(12, 3))
    x, h0 = c.normal(8, 5), c.normal(4, 6, scale=0.5)
    _, end = rnn(tensor(x), tensor(h0))
    c.weights({**named("rnn", rnn), **named("fc", fc)})
    c.input("x", x)
    c.input("h0", h0)
    c.output("y", fc(torch.cat([end[2], end[3]])))


@case
def net_translate(c):
    """Bahdanau et al. 2015, drawn again until a translation of three to eight words comes out."""
    while True:
        source, target, words = c.normal(11, 5), c.normal(13, 5, scale=3), c.tokens(11, 8)
        ahead, back, decoder = Gru(c, 5, 6), Gru(c, 5, 6), Gru(c, 17, 9)
        Wa, Ua, va = c.matrix(7, 9), c.matrix(7, 12), c.normal(7, scale=2)
        start, score = Dense(c, 6, 9), Dense(c, 21, 13, scale=2)
        e = source[words]
        b = back(e[::-1])[::-1]
        enc = np.concatenate([ahead(e), b], axis=1)
        d, word, out, scores = np.tanh(start(b[0])), 1, [], []
        while len(out) < 9 and word != 2:
            ctx = softmax(np.array([va @ np.tanh(Wa @ d + Ua @ h) for h in enc])) @ enc
            d = decoder(np.concatenate([target[word], ctx])[None], d)[0]
            scores.append(score(np.concatenate([d, ctx])))
            word = int(scores[-1].argmax())
            out.append(word)
        if 3 <= len(out) <= 8 and len(set(out)) > 2 and far_apart(scores, 0.02):
            break
    c.weights({"e.E": source, "d.embed.E": target, "ctx.W_a": Wa, "ctx.U_a": Ua, "ctx.v_a": va, **ahead.named("f"),
               **back.named("b"), **decoder.named("d"), **start.named("start"), **score.named("score")})
    c.input("src", words)
    c.output("dst", np.array(out))
    c.output("score", scores)


@case
def net_translate_heads(c):
    while True:
        source, target, words = c.normal(11, 5), c.normal(13, 5, scale=3), c.tokens(11, 8)
        encoder, decoder, score = Gru(c, 5, 8), Gru(c, 13, 8), Dense(c, 16, 13, scale=2)
        attend = c.module(torch.nn.MultiheadAttention(8, 4))
        enc = encoder(source[words])
        d, word, out, scores = enc[-1], 1, [], []
        for _ in range(5):
            ctx = attend(tensor(d[None]), tensor(enc), tensor(enc))[0].detach().numpy()[0]
            d = decoder(np.concatenate([target[word], ctx])[None], d)[0]
            scores.append(score(np.concatenate([d, ctx])))
            word = int(scores[-1].argmax())
            out.append(word)
        if len(set(out)) > 2 and far_apart(scores, 0.02):
            break
    c.weights({"enc.embed.E": source, "d.embed.E": target, **named("attn", attend), **encoder.named("enc"),
               **decoder.named("d"), **score.named("score")})
    c.input("src", words)
    c.output("dst", np.array(out))
    c.output("score", scores)


@case
def net_residual_stack(c):
    first, last, tensors = Dense(c, 7, 9), Dense(c, 9, 5), {}
    norm, end = c.module(torch.nn.BatchNorm1d(9)).eval(), c.module(torch.nn.LayerNorm(9))
    norm.running_mean[:] = tensor(c.normal(9))
    norm.running_var[:] = tensor(single(np.exp(c.normal(9))))
    tensors.update({**first.named("a.dense"), **gains("a", norm), "a.mean": norm.running_mean.numpy(), "a.var": norm.running_var.numpy()})
    x = c.normal(5, 7)
    z = norm(tensor(first(x)))
    for k in range(4):
        before, rnn = c.module(torch.nn.LayerNorm(9)), c.module(torch.nn.LSTM(9, 9))
        tensors.update({**gains(f"z.{k}.h.layer_norm", before), **{f"z.{k}.h.{w[:-3]}": v for w, v in state(rnn).items()}})
        z = z + rnn(before(z))[0]
    c.weights({**tensors, **gains("y.layer_norm", end), **last.named("y")})
    c.input("x", x)
    c.output("y", last(end(z).detach().numpy()))


@case
def net_plain_stack(c):
    rnn, x = c.module(torch.nn.LSTM(5, 9, num_layers=3)), c.normal(6, 5)
    c.weights(named("rnn", rnn))
    c.input("x", x)
    c.output("h", run_rnn(rnn, x))


@case
def net_transformer(c):
    layers = [torch.nn.TransformerEncoderLayer(12, 3, 24, 0.0, F.gelu, norm_first=True) for _ in range(2)]
    layers, norm = [c.module(layer) for layer in layers], c.module(torch.nn.LayerNorm(12))
    E, P, words = c.normal(11, 12), c.normal(7, 12), c.tokens(11, 7)
    x, mask = tensor(E[words] + P), torch.full((7, 7), -np.inf, dtype=torch.float64).triu(1)
    for layer in layers:
        x = layer(x, src_mask=mask)
    c.weights({"E": E, "P": P, **named("layers.0", layers[0]), **named("layers.1", layers[1]), **named("norm", norm)})
    c.input("w", words)
    c.output("logits", norm(x) @ tensor(E).T)


@case
def net_lstm_variants(c):
    """The projection by torch; Ba et al. 2016, equations 20 to 22 without b; Greff et al. 2017, section 3, CIFG."""
    rnn, x = c.module(torch.nn.LSTM(7, 9, proj_size=5)), c.normal(5, 7)
    p0, n0, k0 = c.normal(5, scale=0.5), c.normal(5, scale=0.5), c.normal(5, scale=0.5)
    p, _ = rnn(tensor(x), (tensor(p0)[None], torch.zeros(1, 9).double()))
    W, U, A, B = c.matrix(20, 7), c.matrix(20, 5), c.matrix(15, 7), c.matrix(15, 5)
    norms = [c.module(torch.nn.LayerNorm(n)) for n in (20, 20, 5)]
    tensors = {"n.W": W, "n.U": U, **named("rnn", rnn), **gains("n.a", norms[0]), **gains("n.b", norms[1]), **gains("n.s", norms[2])}
    ln = [lambda v, m=m: m(tensor(v)).detach().numpy() for m in norms]
    for k, gate in enumerate("fgo"):
        tensors.update({f"k.W_{gate}": A[5 * k:5 * k + 5], f"k.U_{gate}": B[5 * k:5 * k + 5]})
    h, cell, g, other, out = n0, np.zeros(5), k0, np.zeros(5), []
    for v in x:
        i, f, a, o = np.split(ln[0](W @ v) + ln[1](U @ h), 4)
        cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(a)
        h = sigmoid(o) * np.tanh(ln[2](cell))
        f, a, o = np.split(A @ v + B @ g, 3)
        other = sigmoid(f) * other + (1 - sigmoid(f)) * np.tanh(a)
        g = sigmoid(o) * np.tanh(other)
        out.append((h, g))
    c.weights(tensors)
    for name, value in (("x", x), ("p0", p0), ("n0", n0), ("k0", k0)):
        c.input(name, value)
    c.output("p", p)
    c.output("n", [a for a, _ in out])
    c.output("k", [b for _, b in out])


@case
def net_batch(c):
    """torch's modules, which take batches; the convolution runs backward, so its padding is at the end."""
    rnn, conv = c.module(torch.nn.GRU(5, 6, batch_first=True)), c.module(torch.nn.Conv1d(6, 7, 2, dilation=2))
    norm, attend = c.module(torch.nn.LayerNorm(6)), c.module(torch.nn.MultiheadAttention(6, 2, kdim=6, vdim=7, batch_first=True))
    fc, H, T, x = Dense(c, 6, 4), Dense(c, 4, 4), Dense(c, 4, 4), c.normal(3, 7, 5)
    f, _ = rnn(tensor(x))
    g = conv(F.pad(f.flip(1).transpose(1, 2), (2, 0))).transpose(1, 2).flip(1)
    a = attend(norm(f), f, g)[0].detach().numpy()
    y = fc(a)
    gate = sigmoid(T(y))
    y = relu(H(y)) * gate + y * (1 - gate)
    c.weights({**named("rnn", rnn), **named("conv", conv), **named("norm", norm), **named("attn", attend), **fc.named("y.dense"),
               "y.W_H": H.W, "y.b_H": H.b, "y.W_T": T.W, "y.b_T": T.b})
    c.input("x", x)
    c.output("y", y)
    c.output("z", g.max(1)[0])
