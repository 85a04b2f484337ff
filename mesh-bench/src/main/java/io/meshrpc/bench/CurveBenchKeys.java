package io.meshrpc.bench;

import io.meshrpc.security.CurveAllowList;
import io.meshrpc.security.CurveKeys;
import io.meshrpc.security.CurveSecurity;
import io.meshrpc.security.MeshSecurity;
import java.util.Map;

/** One pair of keys for servers and one for clients, known to everybody: for benchmarks only. */
final class CurveBenchKeys implements Keys {
  private static final CurveKeys SERVERS = CurveKeys.of("0".repeat(39) + "1");
  private static final CurveKeys CLIENTS = CurveKeys.of("0".repeat(39) + "2");

  @Override
  public MeshSecurity server() {
    return CurveSecurity.server(SERVERS, CurveAllowList.of(Map.of(CLIENTS.publicKey(), "bench")));
  }

  @Override
  public MeshSecurity client() {
    return CurveSecurity.client(CLIENTS, SERVERS.publicKey());
  }
}
