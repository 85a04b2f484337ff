package io.meshrpc;

import static io.meshrpc.Contract.READ;
import static io.meshrpc.Contract.client;
import static io.meshrpc.Contract.failureOf;
import static io.meshrpc.Contract.server;
import static io.meshrpc.api.CallOptions.DEFAULT;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.CallContext;
import io.meshrpc.api.Code;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.RpcException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a handler may send back at the most, and one more. */
@Timeout(60)
class ReplyLimitsTest {
  @Test
  void aTextHas4096CharactersAndIsCutBeyond() {
    try (MeshServer server = server(request -> {
              throw new RpcException(Code.NOT_FOUND, "x".repeat(Integer.parseInt(request)));
            })
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      assertThat(failureOf(() -> mesh.call(READ, "4096", DEFAULT)).status().text())
          .isEqualTo("x".repeat(4096));
      assertThat(failureOf(() -> mesh.call(READ, "4097", DEFAULT)).status().text())
          .isEqualTo("x".repeat(4096) + "\u2026");
    }
  }

  @Test
  void metadataHas8192Bytes() {
    try (MeshServer server = server(request -> {
              CallContext context = CallContext.current().orElseThrow();
              try {
                context.replyMetadata(Metadata.of("k", "v".repeat(Integer.parseInt(request) - 1)));
                return "sent";
              } catch (IllegalArgumentException e) {
                return e.getMessage();
              }
            })
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      assertThat(mesh.call(READ, "8192", DEFAULT)).isEqualTo("sent");
      assertThat(mesh.call(READ, "8193", DEFAULT))
          .isEqualTo("metadata: 8193 bytes (expected: <= 8192)");
    }
  }
}
