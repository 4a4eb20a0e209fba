'use strict';
// strong-soap: goes through the steps. Usage: client.js STEPS BASE_URL

const { soap } = require('strong-soap');
const flat = require('../flat.js');

const NAMESPACES = {
  ActiveOrganisationHeader: 'http://rep.oio.dk/ams.dk/xml/schemas/2005/09/01/',
  RequestUserMetadataHeader: 'http://service.bm.dk/RequestUserMetadata/2015/01/21/',
  SequenceRequest: 'http://docs.oasis-open.org/ws-rx/wsrm/200602',
};

async function main(file, base) {
  const clients = {};
  await flat.run(file, async (step, kept) => {
    clients[step.path] ??= await connect(`${base}${step.path}?wsdl`);
    const client = clients[step.path];
    client.clearSoapHeaders();
    const headers = flat.tree(step.header, kept);
    for (const name of Object.keys(headers)) {
      client.addSoapHeader(headers[name], new soap.QName(NAMESPACES[name], name));
    }
    try {
      const answer = await call(client, step.operation, { [`${step.operation}Request`]: flat.tree(step.body, kept) });
      return answer[`${step.operation}Response`] ?? answer;
    } catch (error) {
      const fault = error.Fault ?? error.root?.Envelope?.Body?.Fault;
      if (!fault) throw error;
      return { Fault: { code: fault.faultcode.split(':').pop(), text: fault.faultstring, ...fault.detail.FaultDetails } };
    }
  });
}

function connect(url) {
  return new Promise((resolve, reject) => soap.createClient(url, {}, (error, client) => (error ? reject(error) : resolve(client))));
}

function call(client, operation, body) {
  return new Promise((resolve, reject) => client[operation](body, (error, answer) => (error ? reject(error) : resolve(answer)),
    { forever: true }, { Connection: 'keep-alive' }));
}

main(...process.argv.slice(2));
