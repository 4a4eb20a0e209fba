'use strict';
// node-soap: goes through the steps. Usage: client.js STEPS BASE_URL
//
// node-soap writes a body by the schema, but a header by hand: what is added under one prefix lies in one namespace with all its children.
// Keys with prefixes of their own put that right. INTEROP_SLIP=1 leaves them out, to show the refusal.

const soap = require('soap');
const flat = require('../flat.js');

const PREFIXES = {
  ams: 'http://rep.oio.dk/ams.dk/xml/schemas/2005/09/01/',
  rumh: 'http://service.bm.dk/RequestUserMetadata/2015/01/21/',
  rus: 'http://service.bm.dk/pjaktass/2015/01/21/RequestUserStructure/',
  ros: 'http://service.bm.dk/pjaktass/2015/01/21/RequestOrganisationStructure/',
  rut: 'http://service.bm.dk/pjaktass/2015/01/21/RequestUserTypeIdentifierCodeList/',
  clb: 'http://service.bm.dk/pjaktass/2013/06/07/CodeListBase/',
  wsrm: 'http://docs.oasis-open.org/ws-rx/wsrm/200602',
};
const HEADERS = {
  ActiveOrganisationHeader: ['ams', PREFIXES.ams],
  RequestUserMetadataHeader: ['rumh', PREFIXES.rumh],
  SequenceRequest: ['wsrm', PREFIXES.wsrm],
};
const slip = Boolean(process.env.INTEROP_SLIP);

async function main(file, base) {
  const clients = {};
  await flat.run(file, async (step, kept) => {
    clients[step.path] ??= await connect(base, step.path);
    const client = clients[step.path];
    client.clearSoapHeaders();
    const headers = flat.tree(step.header, kept);
    for (const name of Object.keys(headers)) {
      if (slip) client.addSoapHeader({ [name]: headers[name] }, '', ...HEADERS[name]);
      else client.addSoapHeader(header(name, headers[name]));
    }
    try {
      const [answer] = await client[`${step.operation}Async`](flat.tree(step.body, kept), { forever: true });
      return answer;
    } catch (error) {
      const fault = error.root?.Envelope?.Body?.Fault;
      if (!fault) throw error;
      return { Fault: { code: fault.faultcode.split(':').pop(), text: fault.faultstring, ...fault.detail.FaultDetails } };
    }
  });
}

async function connect(base, path) {
  const client = await soap.createClientAsync(`${base}${path}?wsdl`, { preserveWhitespace: true });
  for (const [prefix, uri] of Object.entries(PREFIXES)) {
    if (!client.wsdl.xmlnsInEnvelope.includes(`xmlns:${prefix}=`)) client.wsdl.xmlnsInEnvelope += ` xmlns:${prefix}="${uri}"`;
  }
  return client;
}

// Headers are written without the schema: every name gets its prefix.
function header(name, value) {
  if (name === 'ActiveOrganisationHeader') return { 'ams:ActiveOrganisationHeader': prefixed('ams', value) };
  if (name === 'SequenceRequest') return { 'wsrm:SequenceRequest': prefixed('wsrm', value) };
  const { RequestUserStructure: user, RequestOrganisationStructure: organisation, RegistrationDateTime: time } = value;
  return {
    'rumh:RequestUserMetadataHeader': {
      'rus:RequestUserStructure': coded('rus', user, { RequestUserTypeIdentifier: 'rut' }),
      'ros:RequestOrganisationStructure': coded('ros', organisation, {}),
      'rumh:RegistrationDateTime': time,
    },
  };
}

function coded(prefix, fields, others) {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [
    `${others[name] ?? prefix}:${name}`, typeof value === 'object' ? prefixed('clb', value) : value]));
}

function prefixed(prefix, fields) {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [`${prefix}:${name}`, value]));
}

main(...process.argv.slice(2));
