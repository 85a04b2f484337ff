package io.meshrpc.zmq;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.LoadReport;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.Priority;
import io.meshrpc.wire.Batch;
import io.meshrpc.wire.BatchCodec;
import io.meshrpc.wire.MalformedBatchException;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Pong;
import io.meshrpc.wire.Reason;
import io.meshrpc.wire.Request;
import io.meshrpc.wire.Response;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What leaves in one frame. */
class OutgoingTest {
  private static final LoadReport LOAD = new LoadReport(1, 2, 3, 4, 5, 6, 7, 8);
  private static final int BATCH_BYTES_MAX = 1 << 20;

  private final Frames frames = new Frames();
  private final Outgoing outgoing = new Outgoing(() -> LOAD, () -> 0);

  @Test
  void allThatWaitsForAConnectionLeavesAsOneBatch() throws Exception {
    add(7, new Pong(1));
    add(7, new Pong(2));
    outgoing.flush(frames);

    assertThat(frames.batches()).singleElement().satisfies(batch -> {
      assertThat(batch.session()).isEqualTo(7);
      assertThat(batch.packets()).containsExactly(new Pong(1), new Pong(2));
    });
  }

  @Test
  void everyBatchOfAServerHasItsLoadEvenIfItLeavesEarly() throws Exception {
    add(7, new Pong(1));
    add(8, new Pong(2)); // of another session: the first batch must leave
    outgoing.flush(frames);

    assertThat(frames.batches()).hasSize(2).allSatisfy(batch -> {
      assertThat(batch.load()).isEqualTo(LOAD);
    });
  }

  @Test
  void aBatchOfManyRequestsWithMetadataEndsBeforeOneMebibyte() {
    Metadata metadata = Metadata.EMPTY.with("trace", new byte[8000]);
    for (int seq = 1; seq <= 1000; seq++) {
      add(7, new Request(seq, 1, 1, 1, Priority.NORMAL, true, false, metadata, new byte[0]));
    }
    outgoing.flush(frames);

    assertThat(frames.bytes).allSatisfy(frame -> {
      assertThat(frame.length).isLessThan(BATCH_BYTES_MAX);
    });
  }

  @Test
  void aBatchOfManyFailuresWithLongTextsEndsBeforeOneMebibyte() {
    for (int seq = 1; seq <= 1000; seq++) {
      add(7, failure(seq, "x".repeat(8000)));
    }
    outgoing.flush(frames);

    assertThat(frames.bytes).allSatisfy(frame -> {
      assertThat(frame.length).isLessThan(BATCH_BYTES_MAX);
    });
  }

  @Test
  void aBatchOfManyLeavesInPartsSoThatTheOtherSideCanBegin() throws Exception {
    for (int id = 1; id <= 300; id++) {
      add(7, new Pong(id));
    }
    assertThat(frames.batches()).hasSize(2).allSatisfy(batch -> {
      assertThat(batch.packets()).hasSize(128);
    });
    outgoing.flush(frames);

    assertThat(frames.batches()).hasSize(3);
    assertThat(frames.batches().get(2).packets()).hasSize(44).first().isEqualTo(new Pong(257));
  }

  @Test
  void largePayloadsAreAttachedWhereThatIsPossible() throws Exception {
    byte[] large = new byte[50_000];
    frames.attaches = true;
    add(7, new Request(1, 1, 1, 1, Priority.NORMAL, true, false, Metadata.EMPTY, large));
    outgoing.flush(frames);
    add(7, new Pong(2));
    outgoing.flush(frames);

    assertThat(frames.attached).hasSize(2);
    assertThat(frames.attached.get(0)).singleElement().isSameAs(large);
    assertThat(frames.attached.get(1)).isEmpty();
    assertThat(frames.bytes.get(0)).hasSizeLessThan(100);
  }

  private void add(long session, Packet packet) {
    outgoing.add(1, session, packet, frames);
  }

  private static Response failure(long seq, String text) {
    return new Response(
        seq,
        1,
        Execution.EXECUTED,
        Code.INTERNAL,
        Reason.HANDLER,
        text,
        0,
        0,
        0,
        0,
        Metadata.EMPTY,
        new byte[0]);
  }

  /** Notes what is sent. */
  private static final class Frames extends StillTransport {
    final List<byte[]> bytes = new ArrayList<>();
    final List<List<byte[]>> attached = new ArrayList<>();
    boolean attaches;

    List<Batch> batches() throws MalformedBatchException {
      List<Batch> all = new ArrayList<>();
      for (byte[] frame : bytes) {
        all.add(BatchCodec.decode(frame));
      }
      return all;
    }

    @Override
    public void send(long route, byte[] frame) {
      bytes.add(frame);
    }

    @Override
    public boolean attaches() {
      return attaches;
    }

    @Override
    public void send(long route, byte[] frame, List<byte[]> more) {
      bytes.add(frame);
      attached.add(List.copyOf(more));
    }
  }
}
