// Runs ftp-srv on loopback. One argument, in JSON: modules, host, port, ports, root, username, password, security
// (explicit-tls, implicit-tls or plain), certificate (PEM with key and certificates), writable, room (bytes of each
// file for which the disk has room, or null).
'use strict';
const fs = require('fs');
const path = require('path');

const options = JSON.parse(process.argv[2]);
const {FtpSrv, FileSystem} = require(path.join(options.modules, 'ftp-srv'));

class Disk extends FileSystem {
  write(name, how) {
    if (!options.writable) throw new Error(`EACCES: permission denied, open '${name}'`);
    const written = super.write(name, how);
    if (options.room === null) return written;
    const write = written.stream._write.bind(written.stream);
    let room = options.room;
    written.stream._writev = null; // else several parts are written at once, past _write
    written.stream._write = (part, encoding, done) => {
      if (part.length > room) {
        done(Object.assign(new Error('ENOSPC: no space left on device, write'), {code: 'ENOSPC'}));
        return;
      }
      room -= part.length;
      write(part, encoding, done);
    };
    return written;
  }
}

const certificate = options.security === 'plain' ? null : fs.readFileSync(options.certificate);
const server = new FtpSrv({
  url: `${options.security === 'implicit-tls' ? 'ftps' : 'ftp'}://${options.host}:${options.port}`,
  pasv_url: options.host,
  pasv_min: options.ports,
  tls: certificate && {key: certificate, cert: certificate},
  anonymous: false,
});
server.on('login', ({username, password, connection}, accept, refuse) => {
  if (username !== options.username || password !== options.password) refuse(new Error('bad user or password'));
  else accept({fs: new Disk(connection, {root: options.root, cwd: '/'})});
});
server.on('client-error', ({context, error}) => console.log('client-error', context, error && error.message));
server.listen();
