package io.meshrpc.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import io.meshrpc.api.Idempotency;
import io.meshrpc.api.Marshaller;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.core.ClientCall;
import io.meshrpc.core.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Callers that wake each other. */
@Timeout(60) // a lost wake-up hangs
class WakeUpsTest {
  private static final Marshaller<BytesValue> BYTES = Marshaller.protobuf(BytesValue.parser());
  private static final MethodDescriptor<BytesValue, BytesValue> METHOD =
      new MethodDescriptor<>("test.Wake", "Up", Idempotency.UNSPECIFIED, BYTES, BYTES);
  private static final byte[] REPLY =
      BytesValue.of(ByteString.copyFromUtf8("x")).toByteArray();

  private final List<ClientCall> calls = new ArrayList<>();
  private final List<CompletableFuture<BytesValue>> replies = new ArrayList<>();

  @ParameterizedTest(name = "{0} callers")
  @ValueSource(ints = {0, 1, 7, 8, 9, 64, 100})
  void allAreWoken(int count) {
    for (int i = 0; i < count; i++) {
      calls.add(call(Long.MAX_VALUE, true));
    }
    new WakeUps().wake(calls);

    assertThat(replies).allMatch(reply -> reply.join().getValue().toStringUtf8().equals("x"));
  }

  @Test
  void futuresAmongThemAreLeftToTheirExecutor() {
    ReplyFuture<BytesValue> future = new ReplyFuture<>(call -> {});
    calls.add(call(Long.MAX_VALUE, true));
    calls.add(Samples.answered(METHOD, REPLY, future));
    calls.add(call(Long.MAX_VALUE, true));
    new WakeUps().wake(calls);

    assertThat(replies).allMatch(reply -> reply.join() != null);
    assertThat(future).isNotDone();
  }

  @Test
  void whoseForerunnerIsHeldUpLooksForItself() {
    for (int i = 0; i < 8; i++) {
      calls.add(call(Long.MAX_VALUE, false)); // at the head of each chain, and does not wait yet
    }
    for (int i = 0; i < 8; i++) {
      calls.add(call(1_000_000, true));
    }
    new WakeUps().wake(calls);

    assertThat(replies).hasSize(8).allMatch(reply -> reply.join() != null);
  }

  /** A call of another thread, which waits for it or not. */
  private ClientCall call(long lookNs, boolean waits) {
    CompletableFuture<ClientCall> call = new CompletableFuture<>();
    CompletableFuture<BytesValue> reply = new CompletableFuture<>();
    Thread caller = new Thread(() -> {
      PendingReply<BytesValue> pending = new PendingReply<>();
      call.complete(Samples.answered(METHOD, REPLY, pending));
      if (waits) {
        reply.complete(pending.await(() -> {}, lookNs));
      }
    });
    caller.setDaemon(true);
    caller.start();
    if (waits) {
      replies.add(reply);
    }
    return call.join();
  }
}
