package io.meshrpc.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.UninterpretedOption;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a message keeps of the array in which it came. */
class ProtobufMarshallerTest {
  private static final int LARGE = 8 << 10;

  @Test
  void whatIsWrittenIsReadAgain() {
    for (int size : new int[] {0, 1, 100, LARGE - 4, LARGE, 10 * LARGE}) {
      BytesValue value = BytesValue.of(bytes(size));
      Marshaller<BytesValue> marshaller = Marshaller.protobuf(BytesValue.parser());

      assertThat(marshaller.decode(marshaller.encode(value))).isEqualTo(value);
    }
  }

  @Test
  void oneLargeFieldKeepsTheArray() {
    assertThat(keepsArray(BytesValue.of(bytes(LARGE)), BytesValue.parser())).isTrue();
  }

  @Test
  void aSmallPayloadIsCopied() {
    BytesValue value = BytesValue.of(bytes(LARGE - 4)); // a tag and two bytes of length make 8191
    assertThat(value.getSerializedSize()).isEqualTo(LARGE - 1);
    assertThat(keepsArray(value, BytesValue.parser())).isFalse();
    assertThat(keepsArray(BytesValue.of(bytes(LARGE - 3)), BytesValue.parser())).isTrue();
  }

  @Test
  void aSmallFieldDoesNotKeepWhatCameWithIt() {
    Any little =
        Any.newBuilder().setTypeUrl("x".repeat(LARGE)).setValue(bytes(100)).build();
    Any half = Any.newBuilder()
        .setTypeUrl("x".repeat(LARGE))
        .setValue(bytes(LARGE + 100))
        .build();

    assertThat(keepsArray(little, Any.parser())).isFalse();
    assertThat(keepsArray(half, Any.parser())).isTrue();
  }

  @Test
  void aTypeThatHoldsMessagesIsCopied() {
    UninterpretedOption value =
        UninterpretedOption.newBuilder().setStringValue(bytes(LARGE)).build();

    assertThat(keepsArray(value, UninterpretedOption.parser())).isFalse();
  }

  @Test
  void aTypeWithoutBytesIsRead() {
    FileDescriptorProto value =
        FileDescriptorProto.newBuilder().setName("x".repeat(LARGE)).build();
    Marshaller<FileDescriptorProto> marshaller = Marshaller.protobuf(FileDescriptorProto.parser());

    assertThat(marshaller.decode(value.toByteArray())).isEqualTo(value);
  }

  @Test
  void whatIsNoMessageIsAnError() {
    byte[] lie = new byte[LARGE];
    Arrays.fill(lie, (byte) 0xFF);

    assertThatThrownBy(() -> Marshaller.protobuf(BytesValue.parser()).decode(lie))
        .isInstanceOf(RpcException.class)
        .hasMessageContaining("not valid protobuf");
  }

  /** Whether a change of the array shows in the message, which nobody but a test may try. */
  private static <T extends Message> boolean keepsArray(T value, Parser<T> parser) {
    byte[] array = value.toByteArray();
    T message = Marshaller.protobuf(parser).decode(array);
    assertThat(message).isEqualTo(value);
    array[array.length - 1]++;
    return !message.equals(value);
  }

  private static ByteString bytes(int size) {
    return ByteString.copyFrom(new byte[size]);
  }

  @Test
  void aPartOfAnArrayIsReadWhereItStands() {
    Marshaller<BytesValue> marshaller = Marshaller.protobuf(BytesValue.parser());
    BytesValue value = BytesValue.of(ByteString.copyFromUtf8("part"));
    byte[] array = new byte[value.getSerializedSize() + 5];
    value.toByteString().copyTo(array, 3);

    BytesValue read = marshaller.decode(array, 3, value.getSerializedSize());
    array[5] = 0; // is not kept

    assertThat(read).isEqualTo(value);
    assertThatThrownBy(() -> marshaller.decode(array, 2, value.getSerializedSize()))
        .isInstanceOf(RpcException.class);
  }

  @Test
  void whoReadsWholeArraysOnlyGetsACopyOfAPartAndTheWholeAsItIs() {
    byte[] array = {1, 2, 3};
    Marshaller<byte[]> same = new Marshaller<>() {
      @Override
      public byte[] encode(byte[] value) {
        return value;
      }

      @Override
      public byte[] decode(byte[] bytes) {
        return bytes;
      }
    };

    assertThat(same.decode(array, 1, 2)).containsExactly(2, 3);
    assertThat(same.decode(array, 0, 3)).isSameAs(array);
  }

  @Test
  void aLargeFieldThatIsOneArrayIsTheTail() {
    byte[] array = new byte[LARGE];
    Any value = Any.newBuilder()
        .setTypeUrl("before")
        .setValue(UnsafeByteOperations.unsafeWrap(array))
        .build();
    Marshaller<Any> marshaller = Marshaller.protobuf(Any.parser());

    byte[] tail = marshaller.tail(value);
    byte[] head = marshaller.encode(value, tail);

    assertThat(tail).isSameAs(array);
    assertThat(marshaller.tail(Any.newBuilder().setValue(bytes(Tails.BYTES_MIN)).build()))
        .hasSize(Tails.BYTES_MIN);
    assertThat(head.length + tail.length).isEqualTo(value.getSerializedSize());
    assertThat(marshaller.decode(head, 0, head.length, tail)).isEqualTo(value);
    assertThat(marshaller.decode(Tails.joined(head, 0, head.length, tail))).isEqualTo(value);
  }

  @Test
  void theMessageKeepsTheTailThatCame() {
    Any value = Any.newBuilder().setTypeUrl("u").setValue(bytes(LARGE)).build();
    Marshaller<Any> marshaller = Marshaller.protobuf(Any.parser());
    byte[] tail = marshaller.tail(value).clone();
    byte[] head = marshaller.encode(value, tail(marshaller, value));

    Any read = marshaller.decode(head, 0, head.length, tail);
    tail[7]++;

    assertThat(read.getValue().byteAt(7)).isEqualTo((byte) 1);
  }

  @Test
  void whatIsSmallOrNotOneArrayHasNoTail() {
    Marshaller<BytesValue> marshaller = Marshaller.protobuf(BytesValue.parser());
    ByteString large = bytes(3 * LARGE);
    ByteString rope = large.concat(bytes(2 * LARGE));

    for (ByteString field : List.of(
        ByteString.EMPTY,
        bytes(Tails.BYTES_MIN - 1),
        large.substring(1),
        large.substring(0, LARGE),
        rope)) {
      BytesValue value = BytesValue.of(field);
      assertThat(marshaller.tail(value)).isEmpty();
      assertThat(marshaller.encode(value, marshaller.tail(value))).isEqualTo(value.toByteArray());
    }
  }

  @Test
  void theLargestFieldIsTheTailAndWhatIsRepeatedOrRequiredIsNot() throws Exception {
    DynamicMessage two = blobs(LARGE, LARGE + 1);
    Marshaller<DynamicMessage> marshaller = Marshaller.protobuf(two.getParserForType());
    FieldDescriptor repeated = BLOBS.findFieldByName("many");
    FieldDescriptor required = BLOBS.findFieldByName("required");

    assertThat(marshaller.tail(two)).hasSize(LARGE + 1);
    assertThat(again(marshaller, two)).isEqualTo(two);
    assertThat(again(marshaller, blobs(LARGE + 1, LARGE))).isEqualTo(blobs(LARGE + 1, LARGE));
    DynamicMessage none = blobs(0, 0).toBuilder()
        .addRepeatedField(repeated, bytes(2 * LARGE))
        .setField(required, bytes(3 * LARGE))
        .build();
    assertThat(marshaller.tail(none)).isEmpty();
    assertThat(again(marshaller, none)).isEqualTo(none);
  }

  @Test
  void oneArrayInTwoFieldsIsTheTailOfOneOfThem() {
    ByteString both = bytes(LARGE);
    DynamicMessage value = blobs(0, 0).toBuilder()
        .setField(BLOBS.findFieldByName("first"), both)
        .setField(BLOBS.findFieldByName("second"), both)
        .build();

    assertThat(again(Marshaller.protobuf(value.getParserForType()), value)).isEqualTo(value);
  }

  @Test
  void fieldsOfALaterVersionAreKeptBesideATail() throws Exception {
    DynamicMessage later = blobs(LARGE, 3).toBuilder()
        .addRepeatedField(BLOBS.findFieldByName("many"), bytes(5))
        .build();
    BytesValue earlier = BytesValue.parseFrom(later.toByteString()); // knows field 1 only
    Marshaller<BytesValue> marshaller = Marshaller.protobuf(BytesValue.parser());

    assertThat(marshaller.tail(earlier)).hasSize(LARGE);
    assertThat(again(marshaller, earlier)).isEqualTo(earlier);
    assertThat(earlier.getUnknownFields().asMap()).hasSize(3);
  }

  @Test
  void whereverAPayloadIsCutItSaysTheSame() {
    ByteString misleading = ByteString.fromHex("0a021202120312011212020a00120b1200");
    for (DynamicMessage value : List.of(
        blobs(3, 40).toBuilder()
            .addRepeatedField(BLOBS.findFieldByName("many"), misleading)
            .setField(BLOBS.findFieldByName("first"), misleading)
            .build(),
        blobs(0, 0).toBuilder()
            .setField(BLOBS.findFieldByName("required"), misleading)
            .build())) {
      byte[] all = value.toByteArray();
      Marshaller<DynamicMessage> marshaller = Marshaller.protobuf(value.getParserForType());
      for (int cut = 0; cut <= all.length; cut++) {
        byte[] head = Arrays.copyOf(all, cut + 2); // and two bytes of something else
        byte[] tail = Arrays.copyOfRange(all, cut, all.length);
        assertThat(marshaller.decode(head, 0, cut, tail)).as("cut at %d", cut).isEqualTo(value);
      }
    }
  }

  @Test
  void aFieldOfTheHeadGivesWayToTheSameOneInTheTail() {
    Marshaller<BytesValue> marshaller = Marshaller.protobuf(BytesValue.parser());
    byte[] head = ByteString.fromHex("0a01630a02").toByteArray(); // "c", and then two bytes

    assertThat(marshaller.decode(head, 0, head.length, new byte[] {'a', 'b'}))
        .isEqualTo(BytesValue.of(ByteString.copyFromUtf8("ab")));
  }

  @Test
  void aHeadAndATailThatAreNoMessageAreAnError() {
    Marshaller<DynamicMessage> marshaller = Marshaller.protobuf(blobs(0, 0).getParserForType());
    for (String head :
        List.of("ff", "0a05", "1202", "0a020000", "")) { // the required field is not there
      byte[] bytes = ByteString.fromHex(head).toByteArray();
      assertThatThrownBy(() -> marshaller.decode(bytes, 0, bytes.length, new byte[2]))
          .isInstanceOf(RpcException.class)
          .hasMessageContaining("not valid protobuf");
    }
  }

  @Test
  void aTailOfAnotherMessageIsRefused() {
    Marshaller<BytesValue> marshaller = Marshaller.protobuf(BytesValue.parser());

    assertThatThrownBy(() -> marshaller.encode(BytesValue.of(bytes(LARGE)), new byte[LARGE]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("8192 bytes (expected: the array of one of the message's fields)");
  }

  @Test
  void whoKnowsOfNoTailsGetsBothInOneArray() {
    Marshaller<String> plain = new Marshaller<>() {
      @Override
      public byte[] encode(String value) {
        return value.getBytes(StandardCharsets.UTF_8);
      }

      @Override
      public String decode(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
      }
    };

    assertThat(plain.tail("abc")).isEmpty();
    assertThat(plain.encode("abc", new byte[0])).containsExactly('a', 'b', 'c');
    assertThat(plain.decode(new byte[] {'x', 'a', 'x'}, 1, 1, new byte[] {'b'})).isEqualTo("ab");
    assertThatThrownBy(() -> plain.encode("abc", new byte[1]))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  private static <T> byte[] tail(Marshaller<T> marshaller, T value) {
    return marshaller.tail(value);
  }

  private static <T> T again(Marshaller<T> marshaller, T value) {
    byte[] tail = marshaller.tail(value);
    byte[] head = marshaller.encode(value, tail);
    return marshaller.decode(head, 0, head.length, tail);
  }

  /** With fields of 1, 2, 3 and 4: first, second, many and required. */
  private static final Descriptor BLOBS = blobsType();

  private static DynamicMessage blobs(int first, int second) {
    return DynamicMessage.newBuilder(BLOBS)
        .setField(BLOBS.findFieldByName("first"), bytes(first))
        .setField(BLOBS.findFieldByName("second"), bytes(second))
        .setField(BLOBS.findFieldByName("required"), ByteString.EMPTY)
        .build();
  }

  private static Descriptor blobsType() {
    DescriptorProto type = DescriptorProto.newBuilder()
        .setName("Blobs")
        .addField(field("first", 1, Label.LABEL_OPTIONAL))
        .addField(field("second", 2, Label.LABEL_OPTIONAL))
        .addField(field("many", 3, Label.LABEL_REPEATED))
        .addField(field("required", 4, Label.LABEL_REQUIRED))
        .build();
    FileDescriptorProto file = FileDescriptorProto.newBuilder()
        .setName("blobs.proto")
        .addMessageType(type)
        .build();
    try {
      return FileDescriptor.buildFrom(file, new FileDescriptor[0]).findMessageTypeByName("Blobs");
    } catch (DescriptorValidationException e) {
      throw new AssertionError(e);
    }
  }

  private static FieldDescriptorProto field(String name, int number, Label label) {
    return FieldDescriptorProto.newBuilder()
        .setName(name)
        .setNumber(number)
        .setLabel(label)
        .setType(Type.TYPE_BYTES)
        .build();
  }
}
