package io.meshrpc.bench;

import io.meshrpc.security.MeshSecurity;

/** What a peer with security proves itself with. */
interface Keys {
  MeshSecurity server();

  MeshSecurity client();
}
