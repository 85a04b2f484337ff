package io.meshrpc.protoc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.compiler.PluginProtos.CodeGeneratorRequest;
import com.google.protobuf.compiler.PluginProtos.CodeGeneratorResponse;
import com.google.protobuf.compiler.PluginProtos.CodeGeneratorResponse.Feature;
import io.meshrpc.api.Idempotency;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.ServiceDescriptor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Generates from src/test/protobuf, as protoc describes it, and compiles what comes out against the
 * classes that protoc's own Java generator made.
 */
class GeneratorTest {
  private static final String[] UNARY = {
    "greeter.proto",
    "old_style.proto",
    "no_package2.proto",
    "clashes.proto",
    "deprecated.proto",
    "uses_deprecated_file.proto",
    "homonyms.proto",
    "loud.proto",
    "edition2023.proto",
    "edition2024.proto"
  };

  @TempDir
  private Path classes;

  @Test
  void compilesWithoutAWarning() throws IOException {
    assertThat(Compiler.complaints(sources(generate("", UNARY)), classes)).isEmpty();
  }

  @Test
  void writesOneFileForEachServiceInItsJavaPackage() throws IOException {
    assertThat(sources(generate("", UNARY)))
        .containsOnlyKeys(
            "io/meshrpc/protoc/greeter/GreeterMesh.java",
            "io/meshrpc/protoc/greeter/QuietMesh.java",
            "test/old/OldMesh.java",
            "test/old/OlderMesh.java",
            "PlainMesh_.java",
            "mesh/options/service/ClashesMesh.java",
            "HomonymsMesh.java",
            "LOUD/v1/SpeakerMesh.java",
            "test/deprecated/UsesOldMesh.java",
            "test/deprecated/GoneMesh.java",
            "test/deprecated/UsesOldFileMesh.java",
            "test/e2023/Edition2023Mesh.java",
            "test/e2024/Edition2024Mesh.java");
  }

  @Test
  void writesTheSameWhateverElseIsGenerated() throws IOException {
    assertThat(sources(generate("", UNARY)))
        .containsAllEntriesOf(sources(generate("", "clashes.proto")));
  }

  @Test
  void describesTheServiceAsTheFileDoes() throws Exception {
    Map<String, String> sources = sources(generate("", "greeter.proto"));
    assertThat(Compiler.complaints(sources, classes)).isEmpty();
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {classes.toUri().toURL()}, getClass().getClassLoader())) {
      Class<?> mesh = loader.loadClass("io.meshrpc.protoc.greeter.GreeterMesh");
      ServiceDescriptor descriptor =
          (ServiceDescriptor) mesh.getField("DESCRIPTOR").get(null);

      assertThat(descriptor.name()).isEqualTo("test.greeter.v1.Greeter");
      assertThat(descriptor.methods())
          .extracting(MethodDescriptor::fullName)
          .containsExactly("test.greeter.v1.Greeter/SayHello", "test.greeter.v1.Greeter/Reset");
      assertThat(descriptor.methods())
          .extracting(MethodDescriptor::idempotency)
          .containsExactly(Idempotency.NO_SIDE_EFFECTS, Idempotency.IDEMPOTENT);
      assertThat(mesh.getField("RESET").isAnnotationPresent(Deprecated.class)).isTrue();
      assertThat(mesh.getField("SAY_HELLO").isAnnotationPresent(Deprecated.class))
          .isFalse();
    }
  }

  @Test
  void carriesCommentsSafely() throws IOException {
    String text =
        sources(generate("", "greeter.proto")).get("io/meshrpc/protoc/greeter/GreeterMesh.java");

    assertThat(text)
        .contains(" * Greets.\n *\n * <p>Even &#60;those&#62; &#38; that: ")
        .contains("&#92;u002a", "&#64;param &#252; &#128512; U+FDD0")
        .contains(
            "    /**\n     * Says hello.\n     */\n    public io.meshrpc.protoc.greeter.HelloReply sayHello(")
        .isASCII();
  }

  @Test
  void namesNothingOfThirdParties() throws IOException {
    for (String text : sources(generate("", UNARY)).values()) {
      assertThat(text.lines().map(String::strip).filter(line -> line.startsWith("@")))
          .allMatch(line -> line.startsWith("@java.lang."));
      assertThat(text).doesNotContain("import ", "javax.", "com.google.common", "Json");
    }
  }

  @Test
  void refusesStreamsAndNamesThemAll() throws IOException {
    CodeGeneratorResponse response = generate("", "streams.proto");

    assertThat(response.getFileList()).isEmpty();
    assertThat(response.getError())
        .contains("streams.proto: service Clock: method Watch: ")
        .contains("streams.proto: service Clock: method Feed: ")
        .contains("skip_streaming")
        .doesNotContain("Now");
  }

  @Test
  void leavesStreamsOutIfAsked() throws IOException {
    Map<String, String> sources = sources(generate("skip_streaming", "streams.proto"));

    assertThat(Compiler.complaints(sources, classes)).isEmpty();
    assertThat(sources.get("test/streams/ClockMesh.java"))
        .contains("now(", "Left out, since they stream: Watch, Feed.")
        .doesNotContain("watch(", "feed(");
  }

  @Test
  void refusesUnknownOptions() throws IOException {
    assertThat(generate("skip_streaming,lite", "greeter.proto").getError())
        .isEqualTo("option: \"lite\" (expected: skip_streaming)");
  }

  @Test
  void refusesTwoServicesOfOneClass() throws IOException {
    FileDescriptorProto greeter = protos().stream()
        .filter(file -> file.getName().equals("greeter.proto"))
        .findFirst()
        .orElseThrow();
    CodeGeneratorRequest request = request("", "greeter.proto").toBuilder()
        .addProtoFile(greeter.toBuilder().setName("copy.proto"))
        .addFileToGenerate("copy.proto")
        .build();

    assertThat(Generator.generate(request).getError())
        .startsWith(
            "copy.proto: service Greeter: class io.meshrpc.protoc.greeter.GreeterMesh is also"
                + " that of greeter.proto: service Greeter");
  }

  @Test
  void tellsProtocWhatItSupports() throws IOException {
    CodeGeneratorResponse response = generate("", "greeter.proto");

    assertThat(response.getSupportedFeatures())
        .isEqualTo(Feature.FEATURE_PROTO3_OPTIONAL_VALUE | Feature.FEATURE_SUPPORTS_EDITIONS_VALUE);
    assertThat(response.getMinimumEdition()).isEqualTo(1000);
    assertThat(response.getMaximumEdition()).isEqualTo(1001);
  }

  @Test
  void speaksOverStandardStreams() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int status =
        Main.run(new ByteArrayInputStream(request("", UNARY).toByteArray()), out, System.err);

    assertThat(status).isZero();
    assertThat(CodeGeneratorResponse.parseFrom(out.toByteArray())).isEqualTo(generate("", UNARY));
  }

  @Test
  void saysSoIfStandardInputIsNoRequest() throws IOException {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status = Main.run(
        new ByteArrayInputStream(new byte[] {-1, -1}),
        new ByteArrayOutputStream(),
        new PrintStream(err, true, StandardCharsets.UTF_8));

    assertThat(status).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8)).startsWith("standard input: ");
  }

  private static CodeGeneratorResponse generate(String parameter, String... files)
      throws IOException {
    return Generator.generate(request(parameter, files));
  }

  private static CodeGeneratorRequest request(String parameter, String... files)
      throws IOException {
    return CodeGeneratorRequest.newBuilder()
        .setParameter(parameter)
        .addAllProtoFile(protos())
        .addAllFileToGenerate(List.of(files))
        .build();
  }

  private static List<FileDescriptorProto> protos() throws IOException {
    Path set = Path.of(System.getProperty("basedir", ""), "target", "test-protos.pb");
    try (InputStream in = Files.newInputStream(set)) {
      return FileDescriptorSet.parseFrom(in, Main.extensions()).getFileList();
    }
  }

  private static Map<String, String> sources(CodeGeneratorResponse response) {
    assertThat(response.getError()).isEmpty();
    Map<String, String> sources = new TreeMap<>();
    response.getFileList().forEach(file -> sources.put(file.getName(), file.getContent()));
    return sources;
  }
}
