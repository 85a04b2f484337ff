package io.meshrpc.protoc;

import com.google.protobuf.DescriptorProtos;
import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.JavaFeaturesProto;
import com.google.protobuf.compiler.PluginProtos.CodeGeneratorRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;

/** The protoc plugin's entry: one request from standard input, one response to standard output. */
public final class Main {
  private Main() {}

  /** Runs the plugin. Exits with 1 only if protoc's request cannot be read. */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length > 0) {
      System.err.println("arguments: " + String.join(" ", arguments)
          + " (expected: none; protoc runs this program" + " and passes options with --mesh_opt)");
      System.exit(2);
    }
    System.exit(run(System.in, System.out, System.err));
  }

  static int run(InputStream in, OutputStream out, PrintStream err) throws IOException {
    CodeGeneratorRequest request;
    try {
      request = CodeGeneratorRequest.parseFrom(in, extensions());
    } catch (InvalidProtocolBufferException e) {
      err.println(
          "standard input: " + e.getMessage() + " (expected: protoc's CodeGeneratorRequest)");
      return 1;
    }
    Generator.generate(request).writeTo(out);
    out.flush();
    return 0;
  }

  static ExtensionRegistry extensions() {
    DescriptorProtos.getDescriptor(); // first: JavaFeaturesProto cannot be initialised before it
    ExtensionRegistry registry = ExtensionRegistry.newInstance();
    JavaFeaturesProto.registerAllExtensions(registry);
    return registry;
  }
}
