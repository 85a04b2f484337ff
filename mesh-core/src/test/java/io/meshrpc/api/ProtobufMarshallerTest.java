package io.meshrpc.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.UninterpretedOption;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import java.util.Arrays;
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
}
