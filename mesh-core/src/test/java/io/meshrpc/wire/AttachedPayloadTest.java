package io.meshrpc.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.Priority;
import java.nio.ByteBuffer;
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
  void aLargeTailIsHandedOnAsItIsAndItsHeadIsInTheBatch() throws Exception {
    byte[] tail = payload(LARGE);
    List<Packet> packets = List.of(request(1, payload(3), tail), response(2, payload(4), tail));
    byte[] frame = BatchCodec.encode(new Batch(7, 0, null, packets), attached);

    assertThat(frame).hasSizeLessThan(60);
    assertThat(attached).hasSize(2).allMatch(each -> each == tail);
    List<Packet> read = BatchCodec.decode(frame, attached).packets();
    Request request = (Request) read.get(0);
    assertThat(request.payload()).isEqualTo(joined(payload(3), tail));
    assertThat(request.payloadBytes()).isEqualTo(LARGE + 3);
    assertThat(request.bytes()).isEqualTo(LARGE + 3);
    assertThat(request.tail()).isSameAs(tail);
    Response response = (Response) read.get(1);
    assertThat(response.payload()).isEqualTo(joined(payload(4), tail));
    assertThat(response.payloadBytes()).isEqualTo(LARGE + 4);
    assertThat(response.bytes()).isEqualTo(LARGE + 4);
    assertThat(response.tail()).isSameAs(tail);
  }

  @Test
  void aHeadThatIsToStayHoldsItsOwnBytesOnlyAndKeepsItsTail() throws Exception {
    byte[] tail = payload(LARGE);
    Request read = readAgain(request(1, payload(3), tail));

    assertThat(read.held().length).isGreaterThan(3);
    assertThat(read.alone().held()).isEqualTo(payload(3));
    assertThat(read.alone().tail()).isSameAs(tail);
    assertThat(read.alone().payload()).isEqualTo(joined(payload(3), tail));
  }

  @Test
  void aTailOfWhichTheHeadIsEmptyIsThePayload() throws Exception {
    byte[] tail = payload(LARGE);
    Request read = readAgain(request(1, payload(0), tail));

    assertThat(read.payload()).isSameAs(tail);
    assertThat(read.tail()).isEmpty();
  }

  @Test
  void aSmallTailStaysBehindItsHeadHoweverLargeThatIs() throws Exception {
    byte[] head = payload(2 * LARGE);
    byte[] tail = payload(LARGE - 1);
    Batch batch = new Batch(7, 0, null, List.of(request(1, head, tail)));
    byte[] frame = BatchCodec.encode(batch, attached);

    assertThat(attached).isEmpty();
    assertThat(frame).isEqualTo(BatchCodec.encode(batch));
    Request read = (Request) BatchCodec.decode(frame).packets().get(0);
    assertThat(read.payload()).isEqualTo(joined(head, tail));
    assertThat(read.tail()).isEmpty();
  }

  @Test
  void whereNothingIsAttachedHeadAndTailAreOneField() throws Exception {
    byte[] tail = payload(LARGE);
    byte[] frame = BatchCodec.encode(new Batch(7, 0, null, List.of(response(1, payload(5), tail))));

    var twin = io.meshrpc.proto.v1.Batch.parseFrom(frame).getResponse(0);
    assertThat(twin.getPayload().toByteArray()).isEqualTo(joined(payload(5), tail));
    assertThat(twin.getAttached()).isFalse();
  }

  @Test
  void whatIsAttachedFollowsWhatIsThere() throws Exception {
    var batch = io.meshrpc.proto.v1.Batch.newBuilder();
    batch
        .addResponseBuilder()
        .setSeq(1)
        .setAttached(true)
        .setPayload(com.google.protobuf.ByteString.copyFromUtf8("here"));
    byte[] there = payload(3);

    Batch read = BatchCodec.decode(batch.build().toByteArray(), List.of(there));
    Response response = (Response) read.packets().get(0);
    assertThat(response.payload()).isEqualTo(new byte[] {'h', 'e', 'r', 'e', 0, 1, 2});
    assertThat(response.tail()).isSameAs(there);
  }

  private static byte[] payload(int bytes) {
    byte[] payload = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      payload[i] = (byte) i;
    }
    return payload;
  }

  private Request readAgain(Request request) throws Exception {
    byte[] frame = BatchCodec.encode(new Batch(7, 0, null, List.of(request)), attached);
    return (Request) BatchCodec.decode(frame, attached).packets().get(0);
  }

  private static byte[] joined(byte[] head, byte[] tail) {
    return ByteBuffer.allocate(head.length + tail.length).put(head).put(tail).array();
  }

  private static Request request(long seq, byte[] head, byte[] tail) {
    return new Request(
        seq,
        1,
        1,
        1,
        Priority.NORMAL,
        true,
        false,
        false,
        Metadata.EMPTY,
        head,
        0,
        head.length,
        tail);
  }

  private static Response response(long seq, byte[] head, byte[] tail) {
    return new Response(seq, 1, Ending.WELL, 0, 0, 0, Metadata.EMPTY, head, 0, head.length, tail);
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

  @Test
  void moreBytesThanCanBeCountedAreAsManyAsCan() {
    assertThat(Slices.bytes(Integer.MAX_VALUE, new byte[1])).isEqualTo(Integer.MAX_VALUE);
  }
}
