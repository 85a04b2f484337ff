package io.meshrpc.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a failure tells, also after it has been stored or sent elsewhere. */
class RpcExceptionTest {
  private static RpcException copy(RpcException failure) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(failure);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (RpcException) in.readObject();
    }
  }

  @Test
  void keepsCodeTextExecutionAndMessageWhenItIsSerialized() throws Exception {
    RpcException failure = new RpcException(
        new Status(Code.UNAVAILABLE, "nobody"),
        Execution.NOT_SENT,
        List.of(),
        List.of(new Candidate("tcp://127.0.0.1:1", PeerState.DOWN, "refused")),
        Metadata.of("k", "v"),
        new IllegalStateException("why"));
    RpcException copy = copy(failure);
    assertThat(copy.status()).isEqualTo(failure.status());
    assertThat(copy.code()).isEqualTo(Code.UNAVAILABLE);
    assertThat(copy.execution()).isEqualTo(Execution.NOT_SENT);
    assertThat(copy).hasMessage(failure.getMessage()).hasMessageContaining("tcp://127.0.0.1:1");
    assertThat(copy.getCause()).hasMessage("why");
    assertThat(copy.attempts()).isEmpty();
    assertThat(copy.candidates()).isEmpty();
    assertThat(copy.metadata()).isEqualTo(Metadata.EMPTY);
  }

  @Test
  void isNeverOfASuccess() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RpcException(Code.OK, "well"))
        .withMessageContaining("OK");
  }
}
