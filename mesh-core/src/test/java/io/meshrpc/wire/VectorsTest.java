package io.meshrpc.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.TextFormat;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The golden vectors bind this codec, the generated classes and writers of other clients alike. */
class VectorsTest {
  @SuppressWarnings("ArrayRecordComponent")
  record Vector(String name, String text, byte[] bytes) {
    @Override
    public String toString() {
      return name;
    }
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void decodingGivesExactlyThisValue(Vector vector) throws Exception {
    Batch batch = BatchCodec.decode(vector.bytes());

    assertThat(Twin.of(batch)).isEqualTo(parsed(vector.text()));
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void encodingGivesExactlyTheseBytes(Vector vector) throws Exception {
    Batch batch = BatchCodec.decode(vector.bytes());

    assertThat(BatchCodec.encode(batch)).isEqualTo(vector.bytes());
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void generatedClassesAgree(Vector vector) throws Exception {
    assertThat(io.meshrpc.proto.v1.Batch.parseFrom(vector.bytes()))
        .isEqualTo(parsed(vector.text()));
    assertThat(parsed(vector.text()).toByteArray()).isEqualTo(vector.bytes());
  }

  @Test
  void everyKindOfPacketHasOne() throws Exception {
    var kinds = new ArrayList<Class<?>>();
    for (Vector vector : vectors()) {
      BatchCodec.decode(vector.bytes()).packets().forEach(packet -> kinds.add(packet.getClass()));
    }

    assertThat(kinds).contains(Packet.class.getPermittedSubclasses());
  }

  @Test
  void namesAreUnique() {
    assertThat(vectors()).extracting(Vector::name).doesNotHaveDuplicates().hasSizeGreaterThan(30);
  }

  static List<Vector> vectors() {
    try (var in = Objects.requireNonNull(
            VectorsTest.class.getResourceAsStream("/mesh/v1/vectors/vectors.txt"));
        var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      String all = reader
          .lines()
          .filter(line -> !line.startsWith("#"))
          .collect(Collectors.joining("\n"))
          .strip();
      List<Vector> vectors = new ArrayList<>();
      for (String one : all.split("\n\n")) {
        String[] lines = one.split("\n");
        vectors.add(new Vector(
            value(lines[0], "name"),
            value(lines[2], "text"),
            HexFormat.of().parseHex(value(lines[3], "hex"))));
      }
      return vectors;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String value(String line, String label) {
    assertThat(line).startsWith(label + ": ");
    return line.substring(label.length() + 2);
  }

  private static io.meshrpc.proto.v1.Batch parsed(String text) throws TextFormat.ParseException {
    return TextFormat.parse(text, io.meshrpc.proto.v1.Batch.class);
  }
}
