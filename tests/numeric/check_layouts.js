/* check_layouts.js: holds the vectors of the recurrent layouts against two more programs, ONNX Runtime and
 * TensorFlow.js, from the weight files as they are. Both compute in single precision. Not part of the test
 * suite: it is run when a layout is added.
 *
 *     npm install --ignore-scripts --prefix DIR onnxruntime-node \
 *         @tensorflow/tfjs-core @tensorflow/tfjs-layers @tensorflow/tfjs-backend-cpu
 *     NODE_PATH=DIR/node_modules node tests/numeric/check_layouts.js */
"use strict";
const fs = require("fs"), path = require("path");
const ort = require("onnxruntime-node");
const tf = require("@tensorflow/tfjs-core"), layers = require("@tensorflow/tfjs-layers");
require("@tensorflow/tfjs-backend-cpu");

const TOLERANCE = 1e-5;
let failures = 0;

// ---- files: an array is {shape, data} ----

function npy(file) {
    const raw = fs.readFileSync(path.join(__dirname, file)), size = raw.readUInt16LE(8);
    const shape = /'shape': \(([^)]*)\)/.exec(raw.toString("latin1", 10, 10 + size))[1];
    const bytes = raw.subarray(10 + size);
    return { shape: shape.split(",").filter(s => s.trim()).map(Number), data: new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)) };
}

function safetensors(name) {
    const raw = fs.readFileSync(path.join(__dirname, name, "weights.safetensors")), size = Number(raw.readBigUInt64LE(0));
    const header = JSON.parse(raw.toString("utf8", 8, 8 + size)), tensors = {};
    for (const [key, { shape, data_offsets: [begin, end] }] of Object.entries(header)) {
        const at = raw.byteOffset + 8 + size;
        tensors[key] = { shape, data: new Float32Array(raw.buffer.slice(at + begin, at + end)) };
    }
    return tensors;
}

function compare(name, program, output, got) {
    const want = npy(`${name}/out_${output}.npy`).data;
    let worst = got.length === want.length ? 0 : Infinity;
    for (let i = 0; i < want.length; i++)
        worst = Math.max(worst, Math.abs(got[i] - want[i]) / Math.max(1, Math.abs(want[i])));
    failures += !(worst <= TOLERANCE);
    console.log(`${worst <= TOLERANCE ? "ok  " : "FAIL"} ${name} ${output} by ${program}: ${worst.toExponential(1)}`);
}

// ---- rearranging ----

const transpose = ({ shape: [rows, columns], data }) =>
    ({ shape: [columns, rows], data: Float32Array.from(data, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]) });

/* Blocks of the first axis in another order. */
function blocks({ shape, data }, order) {
    const size = data.length / order.length, out = new Float32Array(data.length);
    order.forEach((from, to) => out.set(data.subarray(from * size, (from + 1) * size), to * size));
    return { shape, data: out };
}

const lead = ({ shape, data }) => ({ shape: [1, ...shape], data });
const join = (...all) => ({ shape: [all.reduce((n, a) => n + a.data.length, 0)], data: Float32Array.from(all.flatMap(a => [...a.data])) });
const zeros = n => ({ shape: [n], data: new Float32Array(n) });

/* Rows begin to end of a matrix. */
const rows = ({ shape: [, columns], data }, begin, end) => ({ shape: [end - begin, columns], data: data.slice(begin * columns, end * columns) });

// ---- ONNX: a model of one node, in protocol buffers by hand ----

const varint = n => n < 128 ? [n] : [n & 127 | 128, ...varint(n >>> 7)];
const field = (number, bytes) => [...varint(number << 3 | 2), ...varint(bytes.length), ...bytes];
const text = (number, s) => field(number, [...Buffer.from(s)]);
const int = (number, n) => [...varint(number << 3), ...varint(n)];

const value = (number, name, shape) => field(number, [...text(1, name),
    ...field(2, field(1, [...int(1, 1), ...field(2, shape.flatMap(d => field(1, int(1, d))))]))]);

function attribute(name, v) {
    if (typeof v === "number")
        return field(5, [...text(1, name), ...int(3, v), ...int(20, 2)]);
    return field(5, [...text(1, name), ...v.flatMap(s => text(9, s)), ...int(20, 8)]);
}

async function onnx(op, x, W, R, B, start, attributes) {
    const n = R.shape[2], steps = x.shape[0], m = x.shape[1];
    const feeds = { X: { shape: [steps, 1, m], data: x.data }, W, R, B };
    start.forEach((s, k) => feeds[k ? "C0" : "H0"] = { shape: [1, 1, n], data: s.data });
    const inputs = ["X", "W", "R", "B", "", ...start.map((_, k) => k ? "C0" : "H0")];
    const node = [...inputs.flatMap(s => text(1, s)), ...text(2, "Y"), ...text(4, op), ...attribute("hidden_size", n),
        ...Object.entries(attributes).flatMap(([k, v]) => attribute(k, v))];
    const graph = [...field(1, node), ...text(2, "g"),
        ...Object.entries(feeds).flatMap(([k, a]) => value(11, k, a.shape)), ...value(12, "Y", [steps, 1, 1, n])];
    const model = [...int(1, 8), ...field(7, graph), ...field(8, [...text(1, ""), ...int(2, 14)])];
    const session = await ort.InferenceSession.create(Uint8Array.from(model));
    for (const k of Object.keys(feeds))
        feeds[k] = new ort.Tensor("float32", feeds[k].data, feeds[k].shape);
    return (await session.run(feeds)).Y.data;
}

async function by_onnx(name, op, weights, order, attributes = {}) {
    const w = safetensors(name), x = npy(`${name}/in_x.npy`);
    let [W, R, bw, br, start] = weights(w);
    [W, R, bw, br] = [W, R, bw, br].map(a => blocks(a, order));
    compare(name, "ONNX Runtime", "h", await onnx(op, x, lead(W), lead(R), lead(join(bw, br)), start, attributes));
}

// ---- TensorFlow.js ----

const tensor = a => tf.tensor(a.data, a.shape);
const batch = a => tf.tensor(a.data, [1, ...a.shape]);

function by_keras(name, layer, weights, start = ["start"]) {
    const w = safetensors(name), x = batch(npy(`${name}/in_x.npy`));
    layer.build(x.shape);
    layer.setWeights(weights.map(k => tensor(w[k])));
    const output = layer.call(x, start.length ? { initialState: start.map(k => batch(w[k])) } : {});
    compare(name, "TensorFlow.js", start.length ? "h" : "y", (Array.isArray(output) ? output[0] : output).dataSync());
}

function by_basic_lstm(name, bias) {
    const w = safetensors(name), x = npy(`${name}/in_x.npy`), hs = [], cs = [];
    let h = batch(w.h0), c = batch(w.c0);
    for (let t = 0; t < x.shape[0]; t++) {
        const row = tf.tensor(x.data.slice(t * x.shape[1], (t + 1) * x.shape[1]), [1, x.shape[1]]);
        [c, h] = tf.basicLSTMCell(tf.scalar(bias), tensor(w["cell_0/kernel"]), tensor(w["cell_0/bias"]), row, c, h);
        hs.push(...h.dataSync());
        cs.push(...c.dataSync());
    }
    compare(name, "TensorFlow.js", "h", hs);
    compare(name, "TensorFlow.js", "c", cs);
}

// ---- the cases ----

const direct = start => w => [{ ...w.W, shape: w.W.shape.slice(1) }, { ...w.R, shape: w.R.shape.slice(1) }, ...halves(w.B), start.map(k => w[k])];
const halves = ({ data }) => [0, 1].map(k => ({ shape: [data.length / 2], data: data.slice(k * data.length / 2, (k + 1) * data.length / 2) }));
const plain = w => [w.W, w.U, w.b, zeros(w.b.data.length), [w.h0]];
const keras = w => [transpose(w["gru/kernel:0"]), transpose(w["gru/recurrent_kernel:0"]), w["gru/bias:0"], zeros(w["gru/bias:0"].data.length), [w.start]];
const keras_after = w => [transpose(w["gru/kernel:0"]), transpose(w["gru/recurrent_kernel:0"]), ...halves(w["gru/bias:0"]), [w.start]];
const torch = start => w => [w["rnn.weight_ih_l0"] || w.weight_ih_l0, w["rnn.weight_hh_l0"] || w.weight_hh_l0,
    w["rnn.bias_ih_l0"] || w.bias_ih_l0, w["rnn.bias_hh_l0"] || w.bias_hh_l0, start.map(k => w[k])];
const tf_gru = w => {
    const n = w.start.data.length, m = w["gates/kernel"].shape[0] - n;
    const part = (begin, end) => {
        const gates = transpose(rows(w["gates/kernel"], begin, end)), candidate = transpose(rows(w["candidate/kernel"], begin, end));
        return { shape: [3 * n, end - begin], data: join(gates, candidate).data };
    };
    return [part(0, m), part(m, m + n), join(w["gates/bias"], w["candidate/bias"]), zeros(3 * n), [w.start]];
};

async function main() {
    const after = { linear_before_reset: 1 }, z_r_h = [0, 1, 2], r_z_n = [1, 0, 2], i_f_g_o = [0, 3, 1, 2];
    await by_onnx("onnx_rnn", "RNN", direct(["start"]), [0]);
    await by_onnx("onnx_lstm", "LSTM", direct(["h0", "c0"]), [0, 1, 2, 3]);
    await by_onnx("onnx_gru", "GRU", direct(["start"]), z_r_h);
    await by_onnx("onnx_gru_reset_after", "GRU", direct(["start"]), z_r_h, after);
    await by_onnx("gru", "GRU", plain, z_r_h);
    await by_onnx("gru_relu", "GRU", plain, z_r_h, { activations: ["HardSigmoid", "Relu"] });
    await by_onnx("keras_gru", "GRU", keras_after, z_r_h, after);
    await by_onnx("keras_gru_reset_before", "GRU", keras, z_r_h);
    await by_onnx("keras_gru_relu", "GRU", keras, z_r_h, { activations: ["Sigmoid", "Relu"] });
    await by_onnx("torch_rnn", "RNN", torch(["start"]), [0]);
    await by_onnx("torch_rnn_relu", "RNN", torch(["start"]), [0], { activations: ["Relu"] });
    await by_onnx("torch_gru", "GRU", torch(["start"]), r_z_n, after);
    await by_onnx("lstm", "LSTM", torch(["h0", "c0"]), i_f_g_o);
    await by_onnx("lstm_wide", "LSTM", torch(["h0", "c0"]), i_f_g_o);
    await by_onnx("tf_gru", "GRU", tf_gru, r_z_n);
    const options = { returnSequences: true, recurrentActivation: "sigmoid", recurrentInitializer: "zeros" };
    by_keras("keras_dense", layers.layers.dense({ units: 3 }), ["dense/kernel:0", "dense/bias:0"], []);
    by_keras("keras_simple_rnn", layers.layers.simpleRNN({ ...options, units: 13 }), ["rnn/kernel:0", "rnn/recurrent_kernel:0", "rnn/bias:0"]);
    by_keras("keras_lstm", layers.layers.lstm({ ...options, units: 17 }), ["lstm/kernel:0", "lstm/recurrent_kernel:0", "lstm/bias:0"], ["h0", "c0"]);
    by_keras("keras_gru_reset_before", layers.layers.gru({ ...options, units: 16 }), ["gru/kernel:0", "gru/recurrent_kernel:0", "gru/bias:0"]);
    by_keras("keras_gru_relu", layers.layers.gru({ ...options, units: 13, activation: "relu" }), ["gru/kernel:0", "gru/recurrent_kernel:0", "gru/bias:0"]);
    by_basic_lstm("tf_basic_lstm", 1);
    by_basic_lstm("tf_basic_lstm_bias", -0.75);
    process.exit(failures ? 1 : 0);
}

main();
