from affectia.v1 import act_pb2 as _act_pb2
from affectia.v1 import bake_pb2 as _bake_pb2
from affectia.v1 import calibration_pb2 as _calibration_pb2
from affectia.v1 import device_pb2 as _device_pb2
from affectia.v1 import frame_pb2 as _frame_pb2
from affectia.v1 import model_pb2 as _model_pb2
from affectia.v1 import profile_pb2 as _profile_pb2
from affectia.v1 import session_pb2 as _session_pb2
from affectia.v1 import speak_pb2 as _speak_pb2
from affectia.v1 import status_pb2 as _status_pb2
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar

DESCRIPTOR: _descriptor.FileDescriptor
