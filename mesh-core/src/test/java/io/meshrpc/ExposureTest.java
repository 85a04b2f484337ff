package io.meshrpc;

import static io.meshrpc.Contract.server;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.security.CurveAllowList;
import io.meshrpc.security.CurveKeys;
import io.meshrpc.security.CurveSecurity;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that strangers can reach says so, unless it is secured or meant to be open. */
class ExposureTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "tcp://*:7400",
        "tcp://0.0.0.0:7400",
        "tcp://[::]:7400",
        "tcp://10.1.2.3:7400",
        "tcp://[2001:db8::1]:7400",
        "tcp://[0:0:0:0:0:0:0:0]:7400"
      })
  void anAddressThatOthersCanReachIsNamedWithTheWaysOut(String endpoint) {
    assertThat(MeshServer.builder().exposure().apply(endpoint))
        .startsWith("INSECURE")
        .contains(endpoint)
        .contains("builder().security(...)")
        .contains("builder().insecure()");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tcp://127.0.0.1:7400",
        "tcp://127.1.2.3:7400",
        "tcp://localhost:7400",
        "tcp://[::1]:7400",
        "tcp://[0:0:0:0:0:0:0:1]:7400"
      })
  void theLoopbackAddressIsNobodysBusiness(String endpoint) {
    assertThat(MeshServer.builder().exposure().apply(endpoint)).isEmpty();
  }

  @Test
  void whoMeansItOrHasSecurityIsNotWarned() {
    assertThat(MeshServer.builder().insecure().exposure().apply("tcp://*:7400")).isEmpty();
    CurveSecurity curve = CurveSecurity.server(CurveKeys.generate(), CurveAllowList.of(Map.of()));
    assertThat(MeshServer.builder().security(curve).exposure().apply("tcp://*:7400"))
        .isEmpty();
  }

  @Test
  void aServerOnTheLoopbackAddressStartsQuietly() {
    try (LogEars log = new LogEars();
        MeshServer server = server(request -> request).build().start()) {
      assertThat(server.endpoint()).startsWith("tcp://127.0.0.1:");
      assertThat(log.texts()).noneMatch(line -> line.startsWith("INSECURE"));
    }
  }
}
