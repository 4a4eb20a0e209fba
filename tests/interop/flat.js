'use strict';
// The plain lines between the runner and its clients (see flat.py), for the clients of Node.

const crypto = require('crypto');
const fs = require('fs');

const ESCAPED = { '\\': '\\\\', '\n': '\\n', '\t': '\\t', '\r': '\\r' };
const PLAIN = { '\\\\': '\\', '\\n': '\n', '\\t': '\t', '\\r': '\r' };
const LISTS = ['CitizenMessageType', 'CitizenMessageDocumentInformation', 'CodeListItem', 'CodeListName',
  'ServiceItem', 'CitizenMessageEvent'];
const TIMES = ['EventDate', 'CreatedDateTime', 'ReadDateTime', 'RegistrationDateTime'];
const DATES = ['StartDate', 'EndDate'];

const escape = (text) => text.replace(/[\\\n\t\r]/g, (found) => ESCAPED[found]);
const unescape = (text) => text.replace(/\\[\\ntr]/g, (found) => PLAIN[found]);

function readSteps(file) {
  const steps = [];
  for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
    const [word, ...rest] = line.split('\t');
    const step = steps[steps.length - 1];
    if (word === 'call') steps.push({ name: rest[0], path: rest[1], operation: rest[2], header: [], body: [], keep: {}, repeat: 1 });
    else if (word === 'repeat') step.repeat = Number(rest[0]);
    else if (word === 'keep') step.keep[rest[0]] = rest[1];
    else if (word) step[word].push([rest[0], rest[1], unescape(rest[2])]);
  }
  return steps;
}

// Objects and arrays of the leaves.
function tree(leaves, kept) {
  const root = {};
  for (const [path, kind, text] of leaves) {
    let place = root;
    const names = path.split(/[.[\]]+/).filter(Boolean);
    names.forEach((key, position) => {
      const next = names[position + 1];
      if (next === undefined) place[key] = leaf(kind, text.startsWith('$') ? kept[text.slice(1)] : text);
      else place = place[key] ??= /^\d+$/.test(next) ? [] : {};
    });
  }
  return root;
}

function leaf(kind, text) {
  if (kind === 'int') return Number(text);
  if (kind === 'bool') return text === 'true';
  if (kind === 'file') return fs.readFileSync(text).toString('base64');
  return text;
}

function* flatten(value, path = '') {
  const name = path.replace(/.*\./, '').replace(/\[\d+\]$/, '');
  if (value === null || value === undefined) return;
  if (Array.isArray(value)) {
    for (const [index, child] of value.entries()) yield* flatten(child, `${path}[${index}]`);
  } else if (LISTS.includes(name) && !path.endsWith(']')) {
    yield* flatten([value], path); // a single member of a list
  } else if (typeof value === 'object' && !(value instanceof Date)) {
    for (const [key, child] of Object.entries(value)) {
      if (!['attributes', '$attributes'].includes(key)) yield* flatten(child, path ? `${path}.${key}` : key);
    }
  } else yield [path, shown(path, name, value)];
}

function shown(path, name, value) {
  if (TIMES.includes(name)) return new Date(value).toISOString().replace(/\.\d+Z$/, 'Z');
  if (DATES.includes(name) && value instanceof Date) return value.toISOString().slice(0, 10);
  if (path === 'CitizenMessageDocument') {
    const bytes = Buffer.from(value, 'base64');
    return `${bytes.length} bytes ${crypto.createHash('sha256').update(bytes).digest('hex')}`;
  }
  return escape(String(value));
}

// Goes through the steps: `call(step, kept)` gives the decoded answer.
async function run(file, call) {
  const kept = {};
  for (const step of readSteps(file)) {
    console.log(`= ${step.name}`);
    try {
      const lines = [...flatten(await call(step, kept))];
      for (let n = 1; n < step.repeat; n++) {
        if (JSON.stringify([...flatten(await call(step, kept))]) !== JSON.stringify(lines)) throw new Error('two answers differ');
      }
      for (const [path, text] of lines) console.log(`${path}\t${text}`);
      const found = Object.fromEntries(lines);
      for (const [name, path] of Object.entries(step.keep)) kept[name] = unescape(found[path]);
    } catch (error) {
      console.log(`error\t${escape(String(error.message).slice(0, 500))}`);
    }
  }
}

module.exports = { run, tree };
