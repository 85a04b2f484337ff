package io.meshrpc.protoc;

import com.google.protobuf.DescriptorProtos.Edition;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.compiler.PluginProtos.CodeGeneratorRequest;
import com.google.protobuf.compiler.PluginProtos.CodeGeneratorResponse;
import com.google.protobuf.compiler.PluginProtos.CodeGeneratorResponse.Feature;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Turns protoc's request into its response: one Java file for each service. */
final class Generator {
  private final CodeGeneratorRequest request;
  private final Options options;
  private final Map<String, FileDescriptorProto> files = new LinkedHashMap<>();
  private final JavaNames names;

  private Generator(CodeGeneratorRequest request) throws GenerationException {
    this.request = request;
    options = Options.parse(request.getParameter());
    request.getProtoFileList().forEach(file -> files.put(file.getName(), file));
    // these, unlike the former, keep the options that are for generators only
    request.getSourceFileDescriptorsList().forEach(file -> files.put(file.getName(), file));
    names = new JavaNames(files.values());
  }

  /** The response; its error is set if the request cannot be served. */
  static CodeGeneratorResponse generate(CodeGeneratorRequest request) {
    CodeGeneratorResponse.Builder response = CodeGeneratorResponse.newBuilder()
        .setSupportedFeatures(
            Feature.FEATURE_PROTO3_OPTIONAL_VALUE | Feature.FEATURE_SUPPORTS_EDITIONS_VALUE)
        .setMinimumEdition(Edition.EDITION_2023_VALUE)
        .setMaximumEdition(Edition.EDITION_2024_VALUE);
    try {
      new Generator(request)
          .run()
          .forEach((name, text) -> response.addFileBuilder().setName(name).setContent(text));
    } catch (GenerationException e) {
      response.setError(e.getMessage());
    }
    return response.build();
  }

  private Map<String, String> run() throws GenerationException {
    Map<String, String> output = new LinkedHashMap<>();
    Map<String, String> origins = new LinkedHashMap<>();
    List<String> streams = new ArrayList<>();
    for (String name : request.getFileToGenerateList()) {
      FileDescriptorProto file = files.get(name);
      if (file == null) {
        throw new GenerationException(
            "file_to_generate: \"" + name + "\" (expected: one of proto_file)");
      }
      for (int i = 0; i < file.getServiceCount(); i++) {
        ServiceDescriptorProto service = file.getService(i);
        String origin = name + ": service " + service.getName();
        streams.addAll(streams(origin, service));
        String className = names.meshClass(file, service);
        String path = className.replace('.', '/') + ".java";
        String other = origins.put(path, origin);
        if (other != null) {
          throw new GenerationException(origin + ": class " + className + " is also that of "
              + other + " (expected: another java_package or service name)");
        }
        output.put(path, new ServiceWriter(file, i, className, names).write());
      }
    }
    if (!streams.isEmpty() && !options.skipStreaming()) {
      throw new GenerationException(String.join("\n", streams));
    }
    return output;
  }

  private static List<String> streams(String origin, ServiceDescriptorProto service) {
    return service.getMethodList().stream()
        .filter(Generator::isStreaming)
        .map(method -> origin + ": method " + method.getName() + ": streams are not supported"
            + " (expected: no \"stream\", or the option skip_streaming to leave such"
            + " methods out)")
        .toList();
  }

  static boolean isStreaming(MethodDescriptorProto method) {
    return method.getClientStreaming() || method.getServerStreaming();
  }
}
