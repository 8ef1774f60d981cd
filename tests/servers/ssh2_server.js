// Runs an SFTP server on Node's ssh2, on loopback. One argument, in JSON: modules, port, root, username, password, host_keys,
// public_key, steps, questions, names, flags, fault, algorithms (see ssh2_server.py).
'use strict';
const fs = require('fs');
const path = require('path');

const options = JSON.parse(process.argv[2]);
const {Server, utils} = require(path.join(options.modules, 'ssh2'));
const {STATUS_CODE, OPEN_MODE, flagsToString} = utils.sftp;
const allowed = utils.parseKey(fs.readFileSync(options.public_key));
const at = name => path.join(options.root, path.posix.normalize('/' + name));

function statusOf(error) {
  if (!error) return STATUS_CODE.OK;
  if (error.code === 'ENOENT') return STATUS_CODE.NO_SUCH_FILE;
  return ['EACCES', 'EPERM', 'EROFS'].includes(error.code) ? STATUS_CODE.PERMISSION_DENIED : STATUS_CODE.FAILURE;
}

function opening(flags) {
  if (options.flags === 'strings') return flagsToString(flags); // what the library itself offers
  const {O_RDONLY, O_WRONLY, O_RDWR, O_APPEND, O_CREAT, O_TRUNC, O_EXCL} = fs.constants;
  let how = O_RDONLY;
  if (flags & OPEN_MODE.WRITE) how = flags & OPEN_MODE.READ ? O_RDWR : O_WRONLY;
  if (flags & OPEN_MODE.APPEND) how |= O_APPEND;
  if (flags & OPEN_MODE.CREAT) how |= O_CREAT;
  if (flags & OPEN_MODE.TRUNC) how |= O_TRUNC;
  if (flags & OPEN_MODE.EXCL) how |= O_EXCL;
  return how;
}

function isRightKey(context) {
  return (
    context.key.data.equals(allowed.getPublicSSH()) &&
    !(options.fault === 'sha1' && context.hashAlgo && context.hashAlgo !== 'sha1') &&
    (!context.signature || allowed.verify(context.blob, context.signature, context.hashAlgo) === true)
  );
}

function signIn(client) {
  let done = 0;
  client.on('authentication', context => {
    const {method} = context;
    const names = () => (options.names === 'none' ? undefined : options.names === 'all' ? options.steps : [options.steps[done]]);
    const answer = right => {
      if (method !== 'none' && (method !== 'publickey' || context.signature)) console.log('step', method, right ? 'right' : 'wrong');
      if (!right) return context.reject(names());
      if (method === 'publickey' && !context.signature) return context.accept();
      done += 1;
      if (done >= options.steps.length) return context.accept();
      return context.reject(names(), true);
    };
    const ask = rounds =>
      rounds.length === 0
        ? answer(options.fault !== 'refused')
        : context.prompt(rounds[0].map(([prompt]) => ({prompt, echo: false})), given =>
            given.every((text, i) => text === rounds[0][i][1]) ? ask(rounds.slice(1)) : answer(false));
    if (method === 'none') console.log('user', context.username);
    if (options.steps.length === 0) return context.accept();
    if (context.username !== options.username || method !== options.steps[done]) return answer(false);
    if (method === 'password') return answer(context.password === options.password);
    if (method === 'publickey') return answer(isRightKey(context));
    return ask(options.questions);
  });
}

function serve(sftp) {
  const files = new Map();
  const answer = id => error => sftp.status(id, statusOf(error));
  const attributes = id => (error, facts) =>
    error
      ? sftp.status(id, statusOf(error))
      : sftp.attrs(id, {...facts, atime: Math.trunc(facts.atimeMs / 1000), mtime: Math.trunc(facts.mtimeMs / 1000)});
  sftp
    .on('OPEN', (id, name, flags) =>
      fs.open(at(name), opening(flags), 0o600, (error, file) => {
        if (error) return answer(id)(error);
        const handle = Buffer.alloc(4);
        handle.writeUInt32BE(files.size);
        files.set(files.size, file);
        return sftp.handle(id, handle);
      }))
    .on('WRITE', (id, handle, offset, data) => {
      if (options.fault === 'full') return answer(id)(Object.assign(new Error(), {code: 'ENOSPC'}));
      return fs.write(files.get(handle.readUInt32BE()), data, 0, data.length, offset, answer(id));
    })
    .on('CLOSE', (id, handle) => fs.close(files.get(handle.readUInt32BE()), answer(id)))
    .on('REMOVE', (id, name) => fs.unlink(at(name), answer(id)))
    .on('STAT', (id, name) => fs.stat(at(name), attributes(id)))
    .on('LSTAT', (id, name) => fs.lstat(at(name), attributes(id)))
    .on('RENAME', (id, old, fresh) =>
      fs.lstat(at(fresh), missing => (missing ? fs.rename(at(old), at(fresh), answer(id)) : sftp.status(id, STATUS_CODE.FAILURE))))
    .on('REALPATH', (id, name) => sftp.name(id, [{filename: path.posix.normalize('/' + name)}]));
}

new Server({hostKeys: options.host_keys.map(name => fs.readFileSync(name)), algorithms: options.algorithms || undefined}, client => {
  client.on('error', error => console.log('error', error.message));
  signIn(client);
  client.on('ready', () => client.on('session', accept => accept().on('sftp', accepted => serve(accepted()))));
}).listen(options.port, '127.0.0.1');
