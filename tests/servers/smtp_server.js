// Runs smtp-server on loopback, with STARTTLS on one port and TLS from the first byte on another. One argument, in JSON: modules,
// host, starttls and implicit (ports), inbox (a folder), username, password, certificate (PEM with key and certificates), ways
// (of signing in), answer ({code, text} to every message, null to take it).
'use strict';
const fs = require('fs');
const path = require('path');

const options = JSON.parse(process.argv[2]);
const {SMTPServer} = require(path.join(options.modules, 'smtp-server'));
const certificate = fs.readFileSync(options.certificate);
let taken = 0;

const refusal = (code, text) => Object.assign(new Error(text), {responseCode: code});

for (const implicit of [false, true]) {
  const server = new SMTPServer({
    name: 'mail.example',
    secure: implicit,
    key: certificate,
    cert: certificate,
    authMethods: options.ways,
    closeTimeout: 500,
    onAuth({username, password}, session, done) {
      if (username === options.username && password === options.password) done(null, {user: username});
      else done(refusal(535, 'Invalid username or password'));
    },
    onData(stream, session, done) {
      const parts = [];
      stream.on('data', (part) => parts.push(part));
      stream.on('end', () => {
        if (options.answer) {
          done(refusal(options.answer.code, options.answer.text));
          return;
        }
        taken += 1;
        fs.writeFileSync(path.join(options.inbox, `${process.pid}-${taken}.eml`), Buffer.concat(parts));
        done(null, `queued as ${taken}`);
      });
    },
  });
  server.on('error', (error) => console.log('error', error.message));
  server.listen(implicit ? options.implicit : options.starttls, options.host);
}
