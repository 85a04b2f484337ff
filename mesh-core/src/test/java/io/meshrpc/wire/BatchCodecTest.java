package io.meshrpc.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.LoadReport;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.Priority;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class BatchCodecTest {
  private static final long SESSION = 0x8123456789abcdefL;
  private static final NodeId NODE = new NodeId(0x0011223344556677L, 0x8899aabbccddeeffL);
  private static final LoadReport LOAD = new LoadReport(1, 2, 3, 4, 5, 6, 7, 8);
  private static final Metadata METADATA =
      Metadata.of("trace", "4bf9").with("trace", new byte[] {0, -1}).with("empty", "");

  static final List<Packet> PACKETS = List.of(
      new Hello(NODE, Long.MAX_VALUE, 1, 2, -1, "Zürich", 1 << 20),
      new Welcome(
          NODE,
          3,
          SESSION,
          1,
          1,
          "orders",
          List.of(
              new ServiceEntry(
                  "shop.v1.Orders",
                  List.of(new MethodEntry("PlaceOrder", 1), new MethodEntry("GetOrder", 2))),
              new ServiceEntry("shop.v1.Empty", List.of())),
          1 << 22,
          8192,
          99,
          true),
      new Refusal(Refusal.Reason.NOT_AUTHORIZED, "no", 1, 2, 3, 4),
      request(METADATA),
      new Response(
          7,
          2,
          Execution.EXECUTED,
          Code.NOT_FOUND,
          Reason.HANDLER,
          "gone",
          Response.NEVER,
          1,
          2,
          3,
          METADATA,
          new byte[] {1, 2}),
      new Cancel(7, 2, true),
      new Cancelled(7, 2, Cancelled.Stage.FORGOTTEN),
      new Probe(-1, 3),
      new ProbeReply(-1, 3, 800),
      new Ping(Long.MIN_VALUE),
      new Pong(0),
      new Goaway("draining", 10_000),
      new Started(7, 2));

  @ParameterizedTest
  @FieldSource("PACKETS")
  void everyRecordComesBack(Packet packet) throws Exception {
    Batch batch = new Batch(SESSION, 5, LOAD, List.of(packet));

    Batch back = BatchCodec.decode(BatchCodec.encode(batch));

    assertSame(back, batch);
  }

  /** Payloads by their bytes, wherever they are held. */
  private static void assertSame(Batch back, Batch batch) {
    assertThat(back)
        .usingRecursiveComparison()
        .ignoringFieldsMatchingRegexes(".*\\.held", ".*\\.from")
        .isEqualTo(batch);
    assertThat(payloads(back)).isDeepEqualTo(payloads(batch));
  }

  private static byte[][] payloads(Batch batch) {
    return batch.packets().stream()
        .map(packet -> packet instanceof Request request
            ? request.payload()
            : packet instanceof Response response ? response.payload() : new byte[0])
        .toArray(byte[][]::new);
  }

  @Test
  void aRequestThatIsToStayHoldsItsOwnBytesOnly() throws Exception {
    Request sent = new Request(
        7, 2, 1, 1000, Priority.NORMAL, true, false, Metadata.EMPTY, new byte[] {1, 2, 3});

    Batch back = BatchCodec.decode(BatchCodec.encode(new Batch(SESSION, 5, null, List.of(sent))));
    Request read = (Request) back.packets().get(0);

    assertThat(read.held().length).isGreaterThan(3);
    assertThat(read.alone().held()).containsExactly(1, 2, 3);
    assertThat(read.alone().seq()).isEqualTo(7);
    assertThat(sent.alone()).isSameAs(sent);
  }

  @Test
  void everyReasonHasTheNumberOfItsName() throws Exception {
    for (Reason reason : Reason.values()) {
      if (reason != Reason.UNRECOGNIZED) {
        var wire = io.meshrpc.proto.v1.Response.Reason.valueOf(reason.name());
        assertThat(wire.getNumber()).isEqualTo(reason.ordinal());
      }
    }
    assertThat(io.meshrpc.proto.v1.Response.Reason.values()).hasSameSizeAs(Reason.values());
  }

  @Test
  void thousandsOfRandomBatchesMeanTheSameToGeneratedClasses() throws Exception {
    RandomBatches batches = new RandomBatches(new Random(1));
    for (int i = 0; i < 5_000; i++) {
      Batch batch = batches.next();
      byte[] bytes = BatchCodec.encode(batch);
      io.meshrpc.proto.v1.Batch twin = Twin.of(batch);

      assertThat(bytes).as("batch %d", i).isEqualTo(twin.toByteArray());
      assertThat(io.meshrpc.proto.v1.Batch.parseFrom(bytes)).isEqualTo(twin);
      if (bytes.length > 0) {
        assertThat(Twin.of(BatchCodec.decode(bytes))).isEqualTo(twin);
      }
    }
  }

  @Test
  void packetsAreWrittenByKindAndReadInTheOrderOfTheBytes() throws Exception {
    Batch mixed = new Batch(1, 0, null, List.of(new Ping(1), new Cancel(1, 1, false), new Ping(2)));

    assertThat(BatchCodec.decode(BatchCodec.encode(mixed)).packets())
        .containsExactly(new Cancel(1, 1, false), new Ping(1), new Ping(2));
    assertThat(decode("6a020801" + "4a0408011001" + "6a020802").packets())
        .containsExactlyElementsOf(mixed.packets());
  }

  @Test
  void concatenatedBatchesAreOne() throws Exception {
    RandomBatches batches = new RandomBatches(new Random(2));
    for (int i = 0; i < 1_000; i++) {
      Batch one = batches.next();
      Batch next = batches.next();
      Batch two = new Batch(one.session(), next.ackBelow(), next.load(), next.packets());
      byte[] both = concat(BatchCodec.encode(one), BatchCodec.encode(two));

      Batch joined = BatchCodec.decode(both);

      assertThat(Twin.of(joined)).isEqualTo(io.meshrpc.proto.v1.Batch.parseFrom(both));
      assertThat(joined.packets()).hasSize(one.packets().size() + two.packets().size());
    }
  }

  @Test
  void batchesOfTwoSessionsDoNotJoin() {
    byte[] one = BatchCodec.encode(new Batch(1, 0, null, List.of(new Ping(1))));
    byte[] two = BatchCodec.encode(new Batch(2, 0, null, List.of(new Ping(2))));

    assertMalformed(concat(one, two), "session");
  }

  @Test
  void unknownFieldsAreSkippedEverywhere() throws Exception {
    UnknownFieldSet unknown = UnknownFieldSet.newBuilder()
        .addField(100, UnknownFieldSet.Field.newBuilder().addVarint(-1).build())
        .addField(101, UnknownFieldSet.Field.newBuilder().addFixed32(1).build())
        .addField(102, UnknownFieldSet.Field.newBuilder().addFixed64(1).build())
        .addField(
            103,
            UnknownFieldSet.Field.newBuilder()
                .addLengthDelimited(ByteString.copyFromUtf8("later"))
                .build())
        .addField(
            104,
            UnknownFieldSet.Field.newBuilder()
                .addGroup(UnknownFieldSet.getDefaultInstance())
                .build())
        .build();
    Batch known = new Batch(SESSION, 1, LOAD, PACKETS);
    var later = Twin.of(known).toBuilder().setUnknownFields(unknown);
    later.getLoadBuilder().setUnknownFields(unknown);
    later.getHelloBuilder(0).setUnknownFields(unknown);
    later.getWelcomeBuilder(0).setUnknownFields(unknown);
    later.getWelcomeBuilder(0).getServiceBuilder(0).setUnknownFields(unknown);
    later.getWelcomeBuilder(0).getServiceBuilder(0).getMethodBuilder(0).setUnknownFields(unknown);
    later.getRefusalBuilder(0).setUnknownFields(unknown);
    later.getRequestBuilder(0).setUnknownFields(unknown);
    later.getRequestBuilder(0).getMetadataBuilder(0).setUnknownFields(unknown);
    later.getResponseBuilder(0).setUnknownFields(unknown);
    later.getCancelBuilder(0).setUnknownFields(unknown);
    later.getCancelledBuilder(0).setUnknownFields(unknown);
    later.getProbeBuilder(0).setUnknownFields(unknown);
    later.getProbeReplyBuilder(0).setUnknownFields(unknown);
    later.getPingBuilder(0).setUnknownFields(unknown);
    later.getPongBuilder(0).setUnknownFields(unknown);
    later.getGoawayBuilder(0).setUnknownFields(unknown);

    Batch back = BatchCodec.decode(later.build().toByteArray());

    assertSame(back, known);
  }

  @Test
  void aKnownNumberOfAnotherWireTypeIsUnknown() throws Exception {
    // session as a varint, request as a varint, ping.id as bytes
    assertThat(decode("0805" + "3805" + "6a020a00"))
        .isEqualTo(new Batch(0, 0, null, List.of(new Ping(0))));
  }

  @Test
  void numbersOfLaterVersionsBecomeTheirLeastSayingValue() throws Exception {
    var later = io.meshrpc.proto.v1.Batch.newBuilder();
    later.addRefusalBuilder().setReasonValue(99);
    later.addRequestBuilder().setPriorityValue(-1);
    later.addResponseBuilder().setExecutionValue(3).setReasonValue(15).setCode(17);
    later.addCancelledBuilder().setStageValue(5);

    List<Packet> packets = BatchCodec.decode(later.build().toByteArray()).packets();

    assertThat(((Refusal) packets.get(0)).reason()).isEqualTo(Refusal.Reason.UNSPECIFIED);
    assertThat(((Request) packets.get(1)).priority()).isEqualTo(Priority.NORMAL);
    Response response = (Response) packets.get(2);
    assertThat(response.execution()).isEqualTo(Execution.UNKNOWN);
    assertThat(response.reason()).isEqualTo(Reason.UNRECOGNIZED);
    assertThat(response.code()).isEqualTo(Code.UNKNOWN);
    assertThat(((Cancelled) packets.get(3)).stage()).isEqualTo(Cancelled.Stage.UNKNOWN);
  }

  @Test
  void spansAndCountsBeyondSignedNumbersAreTheGreatest() throws Exception {
    var far = io.meshrpc.proto.v1.Batch.newBuilder();
    far.addRequestBuilder().setTimeLeftUs(-1).setMethod(-1);
    far.addResponseBuilder().setPushbackMs(-2).setQueueUs(Long.MAX_VALUE);
    far.getLoadBuilder().setQueued(Integer.MIN_VALUE).setCompleted(-1).setLatencyUs(-1);

    Batch batch = BatchCodec.decode(far.build().toByteArray());

    long spanMax = (1L << 53) - 1;
    assertThat(((Request) batch.packets().get(0)).timeLeftUs()).isEqualTo(spanMax);
    assertThat(((Request) batch.packets().get(0)).method()).isEqualTo(Integer.MAX_VALUE);
    assertThat(((Response) batch.packets().get(1)).pushbackMs()).isEqualTo(Integer.MAX_VALUE);
    assertThat(((Response) batch.packets().get(1)).queueUs()).isEqualTo(spanMax);
    assertThat(batch.load())
        .isEqualTo(new LoadReport(Integer.MAX_VALUE, 0, 0, 0, spanMax, 0, 0, spanMax));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", // nothing
        "00", // field number 0
        "0c", // the end of a group that did not begin
        "0b", // a group that does not end
        "0b14", // one that ends as another
        "0e", // wire type 6
        "0f", // wire type 7
        "0bfa01", // a group of half a field
        "3affffffff7f", // a length of 2^35 - 1, of which the lower half counts
        "08", // a tag alone
        "0901020304", // half a session
        "6a0c08ffffffffffffffffffff01", // a varint of eleven bytes
        "3a05", // a request that is longer than the frame
        "3affffffff0f", // length -1
        "3a80808080f8ffffffff01", // length -2^31
        "3a04420a0a01", // an entry that is longer than its request
        "3a034affff", // a payload that is longer than its request
        "22021203", // a hello that is longer than the frame
        "7a040a02c328" // a text that is not UTF-8
      })
  void brokenBytes(String hex) {
    assertMalformed(HexFormat.of().parseHex(hex), "frame");
  }

  @Test
  void groupsWithinGroupsAreSkippedUpToAHundred() throws Exception {
    assertThat(decode("0b".repeat(50) + "0c".repeat(50)).packets()).isEmpty();
    assertMalformed(HexFormat.of().parseHex("0b".repeat(100_000)), "more than 100 groups");
  }

  @Test
  void whatGeneratedClassesDoNotReadIsMalformedAndWhatTheyReadIsProtobuf() throws Exception {
    RandomBatches batches = new RandomBatches(new Random(3));
    Random random = new Random(4);
    int broken = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = BatchCodec.encode(batches.next());
      if (bytes.length == 0) {
        continue;
      }
      for (int change = random.nextInt(3); change >= 0; change--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      String malformed = malformed(bytes);
      if (malformed.contains("more than ten bytes")) {
        continue; // of some such numbers CodedInputStream takes ten and reads on
      }
      boolean isProtobuf = isReadByGeneratedClasses(bytes);
      broken += isProtobuf ? 0 : 1;

      assertThat(malformed)
          .as("batch %d: %s", i, HexFormat.of().formatHex(bytes))
          .matches(
              text -> isProtobuf ? !text.contains("not protobuf") : !text.isEmpty(),
              isProtobuf ? "protobuf" : "malformed");
    }
    assertThat(broken).isGreaterThan(1_000);
  }

  /** Why it is; empty if it is not. */
  private static String malformed(byte[] bytes) {
    try {
      BatchCodec.decode(bytes);
      return "";
    } catch (MalformedBatchException e) {
      return e.getMessage();
    }
  }

  private static boolean isReadByGeneratedClasses(byte[] bytes) {
    try {
      return io.meshrpc.proto.v1.Batch.parseFrom(bytes).isInitialized();
    } catch (InvalidProtocolBufferException e) {
      return false;
    }
  }

  @Test
  void everyTruncationOfEveryVectorIsMalformedOrAnotherBatch() throws Exception {
    for (VectorsTest.Vector vector : VectorsTest.vectors()) {
      for (int length = 0; length < vector.bytes().length; length++) {
        byte[] part = Arrays.copyOf(vector.bytes(), length);
        try {
          assertThat(BatchCodec.encode(BatchCodec.decode(part))).isEqualTo(part);
        } catch (MalformedBatchException expected) {
          assertThat(expected).hasMessageContaining(": ");
        }
      }
    }
  }

  @Test
  void aFrameHasAtMost65536Records() throws Exception {
    byte[] most = pings(65_536);
    assertThat(BatchCodec.decode(most).packets()).hasSize(65_536);
    assertMalformed(pings(65_537), "frame: more than 65536 records");
  }

  private static byte[] pings(int count) {
    byte[] bytes = new byte[2 * count]; // each is a tag and a length of 0
    for (int i = 0; i < bytes.length; i += 2) {
      bytes[i] = 13 << 3 | 2;
    }
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 8, 15, 17})
  void aNodeIdHasSixteenBytes(int length) {
    ByteString id = ByteString.copyFrom(new byte[length]);
    var hello = io.meshrpc.proto.v1.Batch.newBuilder();
    hello.addHelloBuilder().setNodeId(id);
    var welcome = io.meshrpc.proto.v1.Batch.newBuilder();
    welcome.addWelcomeBuilder().setNodeId(id);

    assertMalformed(hello.build().toByteArray(), "node_id: " + length);
    assertMalformed(welcome.build().toByteArray(), "node_id: " + length);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Trace", "a b", "ä", "a\u0000", "a/b"})
  void aKeyHasTheLettersOfAKey(String key) {
    assertMalformed(withKey(key), "metadata key");
  }

  @Test
  void aKeyHasAtMost128Bytes() throws Exception {
    assertThat(BatchCodec.decode(withKey("k".repeat(128))).packets()).hasSize(1);
    assertMalformed(withKey("k".repeat(129)), "metadata key");
  }

  @Test
  void serialNumbersHave63Bits() {
    var seq = io.meshrpc.proto.v1.Batch.newBuilder();
    seq.addRequestBuilder().setSeq(-1);

    assertMalformed(seq.build().toByteArray(), "seq: 18446744073709551615 (expected: < 2^63)");
    assertMalformed(
        io.meshrpc.proto.v1.Batch.newBuilder().setAckBelow(-1).build().toByteArray(), "ack_below");
  }

  @Test
  void deepGroupsDoNotExhaustTheStack() {
    byte[] deep = new byte[1 << 20];
    Arrays.fill(deep, (byte) 0x83);
    for (int i = 1; i < deep.length; i += 2) {
      deep[i] = 0x01; // start of group 16, again and again
    }

    assertMalformed(deep, "frame");
  }

  @Test
  void aHundredThousandRandomStringsThrowNothingElse() {
    Random random = new Random(3);
    int good = 0;
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes = new byte[random.nextInt(64)];
      random.nextBytes(bytes);
      good += decodes(bytes) ? 1 : 0;
    }
    assertThat(good).isBetween(1, 50_000);
  }

  @Test
  void aHundredThousandDamagedBatchesThrowNothingElse() {
    Random random = new Random(4);
    RandomBatches batches = new RandomBatches(random);
    int good = 0;
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes = BatchCodec.encode(batches.next());
      for (int n = random.nextInt(1, 4); n > 0 && bytes.length > 0; n--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      good += decodes(bytes) ? 1 : 0;
    }
    assertThat(good).isBetween(10_000, 99_000);
  }

  @Test
  void whatNoServerCanSayIsNotWritten() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> response(Execution.NOT_SENT, Reason.HANDLER))
        .withMessageStartingWith("execution: NOT_SENT (expected:");
    Batch batch = new Batch(1, 0, null, List.of(response(Execution.EXECUTED, Reason.UNRECOGNIZED)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BatchCodec.encode(batch))
        .withMessageStartingWith("reason: UNRECOGNIZED (expected:");
  }

  @Test
  void aNodeIdIsThirtyTwoDigits() {
    assertThat(NODE).hasToString("00112233445566778899aabbccddeeff");
    assertThat(NodeId.random(new Random(1))).isEqualTo(NodeId.random(new Random(1)));
  }

  private static Request request(Metadata metadata) {
    return new Request(
        7, 1, 2, 250_000, Priority.SHEDDABLE, true, true, true, metadata, new byte[] {1, 2, 3});
  }

  private static Response response(Execution execution, Reason reason) {
    return new Response(
        1, 1, execution, Code.OK, reason, "", 0, 0, 0, 0, Metadata.EMPTY, new byte[0]);
  }

  private static byte[] withKey(String key) {
    var batch = io.meshrpc.proto.v1.Batch.newBuilder();
    batch.addRequestBuilder().addMetadataBuilder().setKey(key);
    return batch.build().toByteArray();
  }

  private static boolean decodes(byte[] bytes) {
    try {
      BatchCodec.encode(BatchCodec.decode(bytes));
      return true;
    } catch (MalformedBatchException expected) {
      return false;
    } catch (IllegalArgumentException unrecognized) {
      assertThat(unrecognized).hasMessageStartingWith("reason: UNRECOGNIZED");
      return true;
    }
  }

  private static void assertMalformed(byte[] bytes, String text) {
    assertThatExceptionOfType(MalformedBatchException.class)
        .isThrownBy(() -> BatchCodec.decode(bytes))
        .withMessageContaining(text);
  }

  private static Batch decode(String hex) throws MalformedBatchException {
    return BatchCodec.decode(HexFormat.of().parseHex(hex));
  }

  private static byte[] concat(byte[] one, byte[] two) {
    byte[] both = Arrays.copyOf(one, one.length + two.length);
    System.arraycopy(two, 0, both, one.length, two.length);
    return both;
  }
}
