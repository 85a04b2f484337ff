package io.meshrpc;

import static io.meshrpc.api.CallOptions.DEFAULT;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.meshrpc.api.Idempotency;
import io.meshrpc.api.Marshaller;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.ServiceDefinition;
import io.meshrpc.api.ServiceDescriptor;
import io.meshrpc.security.CurveAllowList;
import io.meshrpc.security.CurveKeys;
import io.meshrpc.security.CurveSecurity;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Messages with a large field of bytes, there and back. With TLS, texts are ({@link TlsCallsTest}). */
@Timeout(60)
class LargeFieldsTest {
  private static final MethodDescriptor<Any, Any> ECHO =
      new MethodDescriptor<>("test.Blobs", "Echo", Idempotency.NO_SIDE_EFFECTS, any(), any());
  private static final ServiceDescriptor BLOBS = new ServiceDescriptor("test.Blobs", List.of(ECHO));

  private static Marshaller<Any> any() {
    return Marshaller.protobuf(Any.parser());
  }

  private static ServiceDefinition echoing() {
    return ServiceDefinition.builder(BLOBS).blocking(ECHO, request -> request).build();
  }

  private static Any blob(int bytes) {
    byte[] value = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      value[i] = (byte) (i * 31);
    }
    return Any.newBuilder()
        .setTypeUrl("blob " + bytes)
        .setValue(ByteString.copyFrom(value))
        .build();
  }

  private static void allComeBack(MeshServerBuilder server, MeshClientBuilder client) {
    try (MeshServer serving =
            server.bind("tcp://127.0.0.1:*").addService(echoing()).build().start();
        MeshClient mesh = client.connect(serving.endpoint()).build()) {
      for (int bytes : new int[] {0, 511, 512, 8191, 8192, 8193, 100_000, 2_000_000}) {
        assertThat(mesh.call(ECHO, blob(bytes), DEFAULT)).isEqualTo(blob(bytes));
      }
      var together = List.of(blob(10_000), blob(1), blob(20_000), blob(8_000)).stream()
          .map(each -> mesh.callAsync(ECHO, each, DEFAULT))
          .toList();
      assertThat(together)
          .extracting(each -> each.join().getTypeUrl() + each.join().getValue().size())
          .containsExactly("blob 1000010000", "blob 11", "blob 2000020000", "blob 80008000");
    }
  }

  @Test
  void inTheClear() {
    allComeBack(MeshServer.builder(), MeshClient.builder());
  }

  @Test
  void withShortHandlers() {
    allComeBack(MeshServer.builder().shortHandlers(ECHO), MeshClient.builder());
  }

  @Test
  void withCurve() {
    CurveKeys server = CurveKeys.generate();
    CurveKeys till = CurveKeys.generate();
    CurveAllowList allowed = CurveAllowList.of(Map.of(till.publicKey(), "till"));
    allComeBack(
        MeshServer.builder().security(CurveSecurity.server(server, allowed)),
        MeshClient.builder().security(CurveSecurity.client(till, server.publicKey())));
  }
}
