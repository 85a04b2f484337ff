package io.meshrpc.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.Priority;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Payloads that travel in frames of their own. */
class AttachedPayloadTest {
  private static final int LARGE = 8 << 10;

  private final List<byte[]> attached = new ArrayList<>();

  @Test
  void largePayloadsAreHandedOnAsTheyAreAndSmallOnesAreInTheBatch() throws Exception {
    byte[] large = payload(LARGE);
    byte[] small = payload(LARGE - 1);
    byte[] larger = payload(100_000);
    List<Packet> packets =
        List.of(request(1, large), request(2, small), response(3, small), response(4, larger));
    byte[] frame = BatchCodec.encode(new Batch(7, 0, null, packets), attached);

    assertThat(frame).hasSizeBetween(2 * small.length, 2 * small.length + 200);
    assertThat(attached).hasSize(2);
    assertThat(attached.get(0)).isSameAs(large);
    assertThat(attached.get(1)).isSameAs(larger);
    List<Packet> read = BatchCodec.decode(frame, attached).packets();
    assertThat(((Request) read.get(0)).payload()).isSameAs(large);
    assertThat(((Request) read.get(1)).payload()).isEqualTo(small);
    assertThat(((Response) read.get(2)).payload()).isEqualTo(small);
    assertThat(((Response) read.get(3)).payload()).isSameAs(larger);
  }

  @Test
  void aBatchWithoutLargePayloadsIsTheSameWithAndWithoutFrames() {
    Batch batch = new Batch(7, 3, null, List.of(request(1, payload(100)), new Ping(9)));

    assertThat(BatchCodec.encode(batch, attached)).isEqualTo(BatchCodec.encode(batch));
    assertThat(attached).isEmpty();
  }

  @Test
  void withoutItsFrameABatchIsMalformed() {
    List<Packet> packets = List.of(request(1, payload(LARGE)), response(2, payload(LARGE)));
    byte[] frame = BatchCodec.encode(new Batch(7, 0, null, packets), attached);

    for (int frames = 0; frames < 2; frames++) {
      List<byte[]> some = attached.subList(0, frames);
      assertThatExceptionOfType(MalformedBatchException.class)
          .isThrownBy(() -> BatchCodec.decode(frame, some))
          .withMessage(
              "frames: " + (1 + frames) + " (expected: one more for each attached payload)");
    }
  }

  @Test
  void framesThatNoRecordSpeaksOfAreIgnored() throws Exception {
    byte[] frame = BatchCodec.encode(new Batch(7, 0, null, List.of(request(1, payload(5)))));

    Batch batch = BatchCodec.decode(frame, List.of(payload(LARGE)));
    assertThat(((Request) batch.packets().get(0)).payload()).isEqualTo(payload(5));
  }

  @Test
  void oneFrameIsNeverThePayloadOfTwoRecords() {
    var batch = io.meshrpc.proto.v1.Batch.newBuilder();
    batch.addRequestBuilder().setSeq(1).setAttached(true);
    batch.addRequestBuilder().setSeq(2).setAttached(true);
    byte[] frame = batch.build().toByteArray();

    assertThatExceptionOfType(MalformedBatchException.class)
        .isThrownBy(() -> BatchCodec.decode(frame, List.of(payload(LARGE))));
  }

  @Test
  void anAttachedPayloadTakesThePlaceOfOneThatIsThere() throws Exception {
    var batch = io.meshrpc.proto.v1.Batch.newBuilder();
    batch
        .addResponseBuilder()
        .setSeq(1)
        .setAttached(true)
        .setPayload(com.google.protobuf.ByteString.copyFromUtf8("here"));
    byte[] there = payload(3);

    Batch read = BatchCodec.decode(batch.build().toByteArray(), List.of(there));
    assertThat(((Response) read.packets().get(0)).payload()).isSameAs(there);
  }

  private static byte[] payload(int bytes) {
    byte[] payload = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      payload[i] = (byte) i;
    }
    return payload;
  }

  private static Request request(long seq, byte[] payload) {
    return new Request(seq, 1, 1, 1, Priority.NORMAL, true, false, Metadata.EMPTY, payload);
  }

  private static Response response(long seq, byte[] payload) {
    return new Response(
        seq,
        1,
        Execution.EXECUTED,
        Code.OK,
        Reason.HANDLER,
        "",
        0,
        0,
        0,
        0,
        Metadata.EMPTY,
        payload);
  }
}
